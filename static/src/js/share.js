// Copy the address, or print. Both need script, so both are hidden until it runs.
function copy(button) {
  const label = button.querySelector("[data-label]")
  const words = label.textContent
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy)
      label.textContent = "Copied"
    } catch {
      label.textContent = "Copying is blocked"
    }
    setTimeout(() => (label.textContent = words), 2500)
  })
}

export function attach(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false
    copy(button)
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false
    button.addEventListener("click", () => print())
  }
}
