// System, light or dark. The choice stays in this browser; "system" is no choice and stores nothing.
const KEY = "appearance"
const LABELS = { system: "As the system", light: "Light", dark: "Dark" }
const ICONS = { system: "system", light: "sun", dark: "moon" }

export function chosen() {
  try {
    const choice = localStorage.getItem(KEY)
    return choice === "light" || choice === "dark" ? choice : null
  } catch {
    return null
  }
}

function choose(choice) {
  const root = document.documentElement
  if (choice === "system") delete root.dataset.bsTheme
  else root.dataset.bsTheme = choice
  try {
    if (choice === "system") localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {
    // Storage may be forbidden; the choice then holds for this page.
  }
}

// The first press always changes what is seen.
function next(choice) {
  const order = matchMedia("(prefers-color-scheme: dark)").matches ? ["system", "light", "dark"] : ["system", "dark", "light"]
  return order[(order.indexOf(choice) + 1) % order.length]
}

export function attach(buttons) {
  const show = (choice) => {
    for (const button of buttons) {
      button.querySelector("[data-label]").textContent = LABELS[choice]
      const use = button.querySelector("use")
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[choice]}`))
      button.title = `Appearance: ${LABELS[choice].toLowerCase()}`
    }
  }
  let current = chosen() ?? "system"
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
