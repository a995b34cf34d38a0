// Three sizes of running text. The choice stays in this browser; the first is no choice and stores nothing.
const KEY = "text-size"
const STEPS = ["1", "2", "3"]

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
  // The names of the sizes stand on the button, in the language of the page.
  const title = ({ dataset }) => dataset.textSize.replace("{size}", dataset[step])
  for (const button of buttons) {
    button.hidden = false
    const label = button.querySelector("[data-label]")
    button.title = title(button)
    button.addEventListener("click", () => {
      step = STEPS[STEPS.indexOf(step) + 1] ?? "1"
      keep(step)
      apply(step)
      label.textContent = ` ${button.dataset[step]}`
      for (const other of buttons) other.title = title(other)
    })
  }
}
