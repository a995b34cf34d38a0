// The article form: fields that grow, words counted, the publish button that says when.

const form = document.getElementById("article_form")
const body = document.getElementById("id_body")

const grow = (field) => {
  field.style.height = "auto"
  field.style.height = `${field.scrollHeight + 2}px`
}
for (const field of document.querySelectorAll("#id_headline, #id_standfirst")) {
  field.addEventListener("input", () => grow(field))
  new ResizeObserver(() => requestAnimationFrame(() => grow(field))).observe(field.parentElement) // the preview opens beside it
  grow(field)
}
document.fonts?.ready.then(() => document.querySelectorAll("#id_headline, #id_standfirst").forEach(grow))

// F6 goes from the text to the panel and on to the bar, back to where one was in each, and to the headline from a page
// just opened; beyond them it is the browser's.
const parts = [".article-write", ".article-side", ".submit-row"].map((name) => form?.querySelector(name)).filter(Boolean)
const left = new Map()
form?.addEventListener("focusin", ({ target }) => left.set(parts.find((part) => part.contains(target)), target))
document.addEventListener("keydown", (event) => {
  if (event.key !== "F6" || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target !== document.body && !form?.contains(event.target)) return
  const next = parts[parts.findIndex((part) => part.contains(event.target)) + (event.shiftKey ? -1 : 1)]
  if (!next) return
  event.preventDefault()
  const candidates = [left.get(next), next.querySelector("#id_headline"), ...next.querySelectorAll("textarea, select, input:not([type=hidden]), button, summary, a[href]")]
  candidates.find((one) => one?.checkVisibility({ checkVisibilityCSS: true }))?.focus()
})

// Words, as they will be counted.
const words = document.querySelector("[data-words]")
let counting
body?.addEventListener("input", () => {
  clearTimeout(counting)
  counting = setTimeout(() => {
    const text = new DOMParser().parseFromString(body.value.replaceAll("<", " <"), "text/html").body.textContent
    const count = text.split(/\s+/).filter(Boolean).length
    words.textContent = `${count} word${count === 1 ? "" : "s"}, ${Math.max(1, Math.round(count / 220))} min`
  }, 300)
})

// "Publish" becomes "Schedule for …" once the date lies ahead.
const goesOut = form?.querySelector(".field-published_at [data-moment]")
const [date, time] = goesOut?.querySelectorAll("input") ?? []
const clock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" })
goesOut?.addEventListener("moment:change", ({ detail }) => {
  for (const button of form.querySelectorAll("[data-step='publish']")) {
    button.textContent = detail.isAhead && detail.hasTime ? `Schedule for ${clock.format(Date.parse(`${date.value}T${time.value}Z`))}` : "Publish"
  }
})
goesOut?.addEventListener("input", () => {
  if (!date.value) for (const button of form.querySelectorAll("[data-step='publish']")) button.textContent = "Publish"
  if (date.value && !time.value) time.value = "09:00"
})
goesOut?.dispatchEvent(new Event("input"))

// "Publish changes" and "Schedule changes" change places once the moment of the changes lies ahead.
const changesGo = form?.querySelector(".field-update_at [data-moment]")
const [now, then] = ["update", "schedule_update"].map((step) => form?.querySelector(`.split [data-step='${step}']`))
const labels = now && then && [now, then].map((button) => [button.name, button.textContent])
const swap = (isAhead) => [now, then].forEach((button, index) => { [button.name, button.textContent] = labels[isAhead ? 1 - index : index] })
if (changesGo && labels) {
  changesGo.addEventListener("moment:change", ({ detail }) => swap(detail.isAhead && detail.hasTime))
  changesGo.addEventListener("input", ({ currentTarget }) => currentTarget.querySelector("input").value || swap(false))
  changesGo.dispatchEvent(new Event("input"))
}

// The direction of the text follows its language.
const RTL = ["ar", "fa", "he", "ur"]
document.getElementById("id_language")?.addEventListener("change", ({ target }) => {
  const direction = RTL.includes(target.value) ? "rtl" : "ltr"
  for (const id of ["id_kicker", "id_headline", "id_standfirst", "id_body"]) {
    const field = document.getElementById(id)
    if (field) Object.assign(field, { dir: direction, lang: target.value })
  }
  body?.dispatchEvent(new CustomEvent("body:language", { detail: { direction, language: target.value } }))
})

// A problem's link opens what hides its field.
const problems = document.getElementById("problems")
problems?.focus()
problems?.addEventListener("click", (event) => {
  const target = document.querySelector(event.target.closest("a[href^='#']")?.getAttribute("href") ?? "none")
  if (!target) return
  event.preventDefault()
  target.closest("details")?.setAttribute("open", "")
  target.scrollIntoView({ block: "center" })
  if (target === body) body.dispatchEvent(new Event("body:focus"))
  else (target.matches("input:not([type=hidden]), textarea, select") ? target : target.parentElement.querySelector("input:not([type=hidden]), select, a, button"))?.focus()
})
document.getElementById("id_override")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return
  event.preventDefault() // Enter would save, and leave the reason behind
  event.target.parentElement.querySelector("button").click()
})
for (const hidden of document.querySelectorAll("fieldset details .errors, fieldset details .errorlist")) hidden.closest("details").open = true

// Unsaved text is not left by accident.
let isChanged = false
form?.addEventListener("input", ({ target }) => { isChanged ||= !target.closest("[data-notes], [data-preview]") })
// At the window, since what guards the text may hold a form back.
addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
  if (target === form && !defaultPrevented) isChanged &&= submitter?.formTarget === "_blank"
})
addEventListener("beforeunload", (event) => isChanged && event.preventDefault())
