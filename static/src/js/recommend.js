// Recommend in place. That it was you is known to this device alone, so the page is the same for everybody.
const remembered = (key, value) => {
  try {
    if (value === undefined) return localStorage.getItem(key) === "1"
    value ? localStorage.setItem(key, "1") : localStorage.removeItem(key)
  } catch {
    // Storage is switched off: the button works, and forgets.
  }
}

export function attach(root) {
  const form = root.querySelector("form")
  const button = form.querySelector("button")
  const words = root.querySelector("[data-words]")
  const key = `recommended-${root.dataset.recommend}`
  let done = false

  function show(is) {
    done = is
    button.setAttribute("aria-pressed", is)
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    if (button.getAttribute("aria-busy")) return
    button.setAttribute("aria-busy", "true")
    try {
      const response = await fetch(form.action, {
        method: "POST",
        credentials: "omit",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(done ? { withdraw: "1" } : {}),
      })
      words.textContent = (await response.json()).words
      if (response.ok) {
        show(!done)
        remembered(key, done)
      }
    } catch {
      words.textContent = root.dataset.failed
    } finally {
      button.removeAttribute("aria-busy")
    }
  })
  show(remembered(key) ?? false)
}
