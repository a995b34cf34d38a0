// System, light, dark or high contrast. The choice stays in this browser; "system" is no choice and stores nothing.
const KEY = "appearance"
const ICONS = { system: "system", light: "sun", dark: "moon", contrast: "contrast" }

function chosen() {
  try {
    const choice = localStorage.getItem(KEY)
    return Object.keys(ICONS).includes(choice) ? choice : "system"
  } catch {
    return "system"
  }
}

// High contrast is light or dark as the system is.
export function apply(choice = chosen()) {
  const root = document.documentElement.dataset
  delete root.bsTheme
  delete root.contrast
  if (choice === "contrast") root.contrast = "more"
  else if (choice !== "system") root.bsTheme = choice
}

function choose(choice) {
  apply(choice)
  try {
    if (choice === "system") localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {
    // Storage may be forbidden; the choice then holds for this page.
  }
}

// The first press always changes what is seen.
function next(choice) {
  const ways = matchMedia("(prefers-color-scheme: dark)").matches ? ["light", "dark"] : ["dark", "light"]
  const order = ["system", ...ways, "contrast"]
  return order[(order.indexOf(choice) + 1) % order.length]
}

// The names of the choices stand on the masthead, in the language of the page.
export function attach(buttons) {
  const show = (choice) => {
    for (const button of buttons) {
      const words = button.closest("[data-appearances]").dataset
      button.querySelector("[data-label]").textContent = words[choice]
      const use = button.querySelector("use")
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[choice]}`))
      button.title = words.appearances.replace("{name}", words[choice])
    }
  }
  let current = chosen()
  for (const button of buttons) {
    button.hidden = false
    button.addEventListener("click", () => {
      current = next(current)
      choose(current)
      show(current)
    })
  }
  show(current)
}
