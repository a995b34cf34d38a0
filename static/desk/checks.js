// What the checks find while one writes, each with a way to its place.

const panel = document.querySelector("[data-checks]")
const form = panel?.closest("form")
const found = panel?.querySelector("[data-found]")
const toFix = document.querySelector("[data-to-fix]")
const PAUSE = 3000 // after the last key

let waiting
let turn = 0

async function check() {
  const mine = ++turn
  const data = new FormData(form)
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
  const answer = await fetch(panel.dataset.checks, { method: "POST", body: data, headers, redirect: "manual" }).catch(() => null)
  if (mine !== turn || !answer?.ok || answer.type !== "basic") return
  found.innerHTML = await answer.text()
  const count = Number(found.querySelector("[data-errors]")?.dataset.errors ?? 0)
  toFix.hidden = count === 0
  toFix.textContent = `${count} to fix`
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]")
  const field = link && document.getElementById(link.dataset.go)
  if (!field) return
  event.preventDefault()
  field.closest("details")?.setAttribute("open", "")
  if (field.id === "id_body") {
    field.dispatchEvent(new CustomEvent("body:find", { detail: { words: link.dataset.quote, nth: Number(link.dataset.nth ?? 0) } }))
    return
  }
  const target = field.matches("[hidden], [type=hidden]") ? field.parentElement.querySelector("button, a, input:not([type=hidden])") : field
  field.parentElement.scrollIntoView({ block: "center" })
  target?.focus()
  const at = field.value?.indexOf(link.dataset.quote) ?? -1
  if (link.dataset.quote && at >= 0) field.setSelectionRange?.(at, at + link.dataset.quote.length)
})

if (panel) {
  const later = () => {
    clearTimeout(waiting)
    waiting = setTimeout(check, PAUSE)
  }
  form.addEventListener("input", later)
  form.addEventListener("change", later)
  form.addEventListener("notes:changed", check)
  check()
}
