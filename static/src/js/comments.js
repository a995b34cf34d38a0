// Bring the form for a comment, a reply or a report onto the page, recommend in place, and show authors what of theirs
// still waits. Without script, the same links and buttons lead to pages of their own.
let open = null

// What this device did is known to it alone, so that the page is the same for everybody.
function remembered(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key) === "1"
    value ? localStorage.setItem(key, "1") : localStorage.removeItem(key)
  } catch {
    // Storage is switched off: everything works, and is forgotten.
  }
  return value
}

async function fetchPart(address, selector) {
  const response = await fetch(address, { headers: { Accept: "text/html" } })
  if (!response.ok) throw new Error(`${response.status}`)
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const part = page.querySelector(selector)
  if (part?.matches("form")) {
    part.action = new URL(part.getAttribute("action") || response.url, response.url).href
  }
  return part && document.adoptNode(part)
}

const focus = (form) => form.querySelector("textarea, input:not([type=hidden])").focus()

async function bringForm(thread, link) {
  if (open?.link === link) return focus(open.form)
  link.setAttribute("aria-busy", "true")
  try {
    const form = await fetchPart(link.href, "form[data-comment-form]")
    open?.form.remove()
    const place = link.closest("[data-write-place]") ?? thread
    place.append(form)
    open = { link, form }
    focus(form)
  } catch {
    location.assign(link.href)
  } finally {
    link.removeAttribute("aria-busy")
  }
}

async function recommend(form, failed) {
  const button = form.querySelector("button")
  const number = form.querySelector("[data-number]")
  const key = `recommended-comment-${form.dataset.recommendComment}`
  const done = remembered(key)
  if (button.getAttribute("aria-busy")) return
  button.setAttribute("aria-busy", "true")
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(done ? { withdraw: "1" } : {}),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.refusal)
    remembered(key, !done)
    button.setAttribute("aria-pressed", !done)
    number.textContent = answer.number ? answer.number.toLocaleString(document.documentElement.lang) : ""
  } catch (error) {
    const words = form.querySelector("[role=status]") ?? form.appendChild(document.createElement("span"))
    words.setAttribute("role", "status")
    words.className = "form-text"
    words.textContent = (error instanceof TypeError || error instanceof SyntaxError ? "" : error.message) || failed
  } finally {
    button.removeAttribute("aria-busy")
  }
}

async function showMine(thread) {
  const key = `commented-${thread.dataset.article}`
  if (!remembered(key)) return
  try {
    const mine = await fetchPart(thread.dataset.mine, "[data-mine]")
    if (mine) thread.querySelector(".comments__join")?.before(mine)
    else remembered(key, false)
  } catch {
    // They find it by the address of its own page.
  }
}

export function rememberCommented(page) {
  remembered(`commented-${page.dataset.commented}`, true)
}

export function attach(thread) {
  thread.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-write]")
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    event.preventDefault()
    bringForm(thread, link)
  })
  thread.addEventListener("submit", (event) => {
    if (!event.target.dataset.recommendComment) return
    event.preventDefault()
    recommend(event.target, thread.dataset.failed)
  })
  thread.querySelectorAll("[data-recommend-comment]").forEach((form) => {
    if (remembered(`recommended-comment-${form.dataset.recommendComment}`)) {
      form.querySelector("button").setAttribute("aria-pressed", "true")
    }
  })
  showMine(thread)
}
