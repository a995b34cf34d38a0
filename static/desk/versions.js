// Comparing versions: j and k go from change to change.

const changes = [...document.querySelectorAll("[data-change]")]
let current = -1

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input, textarea, select")) return
  const step = { j: 1, k: -1 }[event.key]
  if (!step || !changes.length) return
  event.preventDefault()
  current = Math.max(0, Math.min(changes.length - 1, current + step))
  changes[current].scrollIntoView({ block: "center" })
  changes[current].focus({ preventScroll: true })
})
