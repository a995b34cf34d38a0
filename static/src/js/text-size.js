// Three sizes of running text. The choice stays in this browser; the first is no choice and stores nothing.
const KEY = "text-size"
const STEPS = ["1", "2", "3"]
const WORDS = { 1: "normal", 2: "large", 3: "largest" }

export function kept() {
  try {
    const step = localStorage.getItem(KEY)
    return STEPS.includes(step) ? step : "1"
  } catch {
    return "1"
  }
}

export function apply(step) {
  if (step === "1") delete document.documentElement.dataset.textSize
  else document.documentElement.dataset.textSize = step
}

function keep(step) {
  try {
    if (step === "1") localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, step)
  } catch {
    // Storage may be forbidden; the choice then holds for this page.
  }
}

export function attach(buttons) {
  let step = kept()
  for (const button of buttons) {
    button.hidden = false
    const label = button.querySelector("[data-label]")
    button.title = `Text size: ${WORDS[step]}`
    button.addEventListener("click", () => {
      step = STEPS[STEPS.indexOf(step) + 1] ?? "1"
      keep(step)
      apply(step)
      label.textContent = `: ${WORDS[step]}`
      for (const other of buttons) other.title = `Text size: ${WORDS[step]}`
    })
  }
}
