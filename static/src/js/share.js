// Copy the address, hand it to the device's own share sheet, or print. All need script, so all are hidden until it runs.
function copy(button) {
  const label = button.querySelector("[data-label]")
  const words = label.textContent
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy)
      label.textContent = button.dataset.copied
    } catch {
      label.textContent = button.dataset.blocked
    }
    setTimeout(() => (label.textContent = words), 2500)
  })
}

// Before the first paint: the styles keep a place for what is going to show.
export function prepare() {
  if (navigator.share) document.documentElement.dataset.canSend = ""
}

export function attach(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false
    copy(button)
  }
  for (const button of root.querySelectorAll("[data-send]")) {
    if (!navigator.share) continue
    button.hidden = false
    button.addEventListener("click", () =>
      navigator.share({ title: button.dataset.title, url: button.dataset.send }).catch(() => {}),
    )
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false
    button.addEventListener("click", () => print())
  }
}
