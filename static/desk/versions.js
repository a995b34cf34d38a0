// Comparing versions: j and k, and two buttons, go from change to change, and r puts the one in hand back.

const changes = [...document.querySelectorAll("[data-change]")]
let current = -1

function go(step) {
  current = Math.max(0, Math.min(changes.length - 1, current + step))
  changes[current].scrollIntoView({ block: "center" })
  changes[current].focus({ preventScroll: true })
}

for (const button of document.querySelectorAll(".between-changes [data-go]")) {
  button.addEventListener("click", () => go(Number(button.dataset.go)))
  button.parentElement.hidden = !changes.length
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input, textarea, select")) return
  if (document.body.classList.contains("keys-off") || document.querySelector("dialog[open]")) return
  if (event.key === "r") document.activeElement.closest("[data-change]")?.querySelector("[name='put_back']")?.click()
  const step = { j: 1, k: -1 }[event.key]
  if (!step || !changes.length) return
  event.preventDefault()
  go(step)
})

document.getElementById("problems")?.focus()
