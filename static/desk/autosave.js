// What is typed is kept on the server every few seconds, for its writer alone; who else is here is said.
// Nothing typed is lost when the session ends, the connection fails or the browser closes.

const box = document.querySelector("[data-autosave]")
const form = box?.closest("form")
const state = document.querySelector("[data-save-state]")
const others = box?.querySelector("[data-others]")
const copyKey = `newsroom:${box?.dataset.user}:${form?.elements.window.value}`

const PAUSE = 2000 // after the last key
const AT_LEAST = 15000 // while somebody goes on typing
const HERE = 20000 // between two signs of being here
const AGAIN = 10000 // before a form that was sent and did not arrive can be sent again

const WRITTEN = ["kicker", "headline", "standfirst", "body"]
let dirty = "takenUp" in box.dataset || WRITTEN.some((name) => form.elements[name]?.value !== form.elements[name]?.defaultValue) // typed by now
let keptAt = ""
let firstUnkept = 0
let waiting
let running = null
let isCutOff = false // the last time, nothing answered
let pressed = null // what is to go on once somebody has signed in again
let sending = "" // "asked", then "ready" and "sent": a form pressed twice is sent once

const say = (words, isProblem = false) => {
  let line = state.querySelector("[data-kept]")
  if (!line) {
    state.querySelector("span")?.remove()
    line = document.createElement("span")
    line.dataset.kept = ""
    line.setAttribute("role", "status")
    state.prepend(line, " ")
  }
  line.className = isProblem ? "problem" : "saved"
  line.textContent = words
}

const part = () => {
  const field = document.activeElement?.closest("[name], [role='textbox']")
  if (!field || !form.contains(field)) return ""
  const name = field.id.replace(/^id_/, "").replace(/_editor$/, "")
  return { headline: "headline", standfirst: "standfirst", body: "text", kicker: "kicker" }[name] ?? ""
}

const keepHere = () => {
  try {
    localStorage.setItem(copyKey, JSON.stringify({ at: Date.now(), page: location.pathname, fields: [...new FormData(form)].filter(([, value]) => typeof value === "string") }))
    return true
  } catch {
    return false
  }
}
const copyIsHere = () => {
  try { return Boolean(localStorage.getItem(copyKey)) } catch { return false }
}
const forgetHere = () => {
  try { localStorage.removeItem(copyKey) } catch { /* a browser that keeps nothing */ }
}

const send = (data) => {
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
  return fetch(box.dataset.autosave, { method: "POST", body: data, headers, redirect: "manual" })
}

function show({ others: here, latest, latest_by: by }) {
  const newer = latest > Number(form.elements.version.value)
  const lines = here.map(({ name, writes, part: where }) => `${name} ${name.startsWith("You") ? "have it open" : writes ? `is writing${where ? ` in the ${where}` : ""}` : "is reading"}.`)
  if (newer) lines.unshift(`${by || "Somebody"} saved version ${latest} meanwhile. What you write is kept; saving will ask what becomes of the two.`)
  others.textContent = here.length && !newer ? `Also open on another desk: ${lines.join(" ")}` : lines.join(" ")
  others.hidden = !lines.length
  others.classList.toggle("newer", newer)
}

// Returns whether the text is kept on the server.
async function keep() {
  if (running) await running
  const typed = dirty
  const data = new FormData(form)
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  data.set("part", part())
  if (typed) data.set("typed", "1")
  dirty = false
  if (typed) say("Saving…")
  let answer
  running = send(data).then((response) => { answer = response }, () => {})
  await running
  running = null
  isCutOff = !answer
  if (answer?.ok && answer.type === "basic") {
    const told = await answer.json()
    if (typed) {
      keptAt = told.kept_at
      firstUnkept = 0
      say(`Kept ${keptAt}`)
      forgetHere()
    }
    show(told)
    return true
  }
  dirty ||= typed
  if (!typed && !answer) return false
  const isHere = keepHere()
  if (answer?.type === "opaqueredirect" || answer?.status === 403) {
    say(isHere ? "Signed out. Kept in this browser" : "Signed out. Not saved", true)
    signIn()
  } else {
    say(`${keptAt ? `Not saved since ${keptAt}` : "Not saved yet"}.${isHere ? " Kept in this browser." : ""}`, true)
    clearTimeout(waiting)
    waiting = setTimeout(keep, AT_LEAST)
  }
  return false
}

function typed({ target }) {
  if (target.closest("[data-notes], [data-preview]")) return // of no version
  dirty = true
  firstUnkept ||= Date.now()
  clearTimeout(waiting)
  waiting = setTimeout(keep, Math.max(0, Math.min(PAUSE, firstUnkept + AT_LEAST - Date.now())))
}

// -- the session has ended

const TOKEN = "[name='csrfmiddlewaretoken']"

async function token(address) {
  const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html")
  return page.querySelector(TOKEN)?.value
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

function signIn() {
  if (document.querySelector(".session-ended")) return
  const name = element("input", { id: "again_name", autocomplete: "username", value: box.dataset.user, readOnly: true }) // nobody else gets the text
  const password = element("input", { id: "again_password", type: "password", autocomplete: "current-password" })
  const problem = element("p", { className: "problem", role: "alert" })
  const copy = element("button", { type: "button", className: "button", textContent: "Copy my text" })
  const go = element("button", { className: "button primary", textContent: pressed ? "Sign in and go on" : "Sign in and keep it" })
  const next = pressed ? `, and “${pressed.textContent.trim() || pressed.value || "Save"}” goes on.` : " and go on writing."
  const dialog = element(
    "dialog", { className: "session-ended" },
    element("form", {},
      element("h2", { textContent: "You have been signed out" }),
      element("p", { textContent: `Your text is still here. Sign in${next}` }),
      element("label", { htmlFor: "again_name", textContent: "Name" }), name,
      element("label", { htmlFor: "again_password", textContent: "Password" }), password, problem,
      element("div", { className: "buttons" }, go, copy),
    ),
  )
  copy.addEventListener("click", async () => {
    const text = ["headline", "standfirst", "body"].map((field) => form.elements[field]?.value ?? "").join("\n\n")
    await navigator.clipboard?.writeText(text)
    copy.textContent = "Copied"
  })
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault()
    problem.textContent = ""
    go.disabled = true // passwords are slow to check, on purpose
    try {
      const data = new FormData()
      data.set("csrfmiddlewaretoken", await token(box.dataset.login))
      data.set("username", name.value)
      data.set("password", password.value)
      data.set("next", box.dataset.home)
      const answer = await fetch(box.dataset.login, { method: "POST", body: data, redirect: "manual" })
      if (answer.type !== "opaqueredirect") {
        problem.textContent = "That name and password do not fit."
        password.select()
        return
      }
      const fresh = await token(box.dataset.home)
      for (const field of document.querySelectorAll(TOKEN)) field.value = fresh
      dialog.close() // whoever wrote is where they were
      dialog.remove()
      if (pressed) form.requestSubmit(pressed)
      else await keep()
    } catch {
      problem.textContent = "The desk cannot be reached. Try again."
    } finally {
      go.disabled = false
    }
  })
  dialog.addEventListener("cancel", (event) => event.preventDefault())
  document.body.append(dialog)
  dialog.showModal()
  password.focus()
}

// -- what this browser kept of an earlier window

async function bringBack() {
  const prefix = `newsroom:${box.dataset.user}:`
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(prefix) || key === copyKey) continue
    const { page, fields } = JSON.parse(localStorage.getItem(key))
    if (page !== location.pathname) continue
    const data = new FormData()
    for (const [name, value] of fields) data.append(name, value)
    data.set("typed", "1")
    const answer = await send(data)
    if (!answer.ok) continue
    localStorage.removeItem(key)
    const notice = element("div", { className: "alert note" },
      element("p", {}, element("strong", { textContent: "This browser had kept what you wrote here." }), " ",
        element("a", { href: `?window=${key.slice(prefix.length)}`, textContent: "Take it up" })))
    box.prepend(notice)
  }
}

form.addEventListener("input", typed)
form.addEventListener("change", typed)
form.addEventListener("session:ended", signIn)
form.addEventListener("submit", async (event) => {
  const button = event.submitter
  if (button?.formTarget === "_blank") return
  if (sending === "ready") {
    sending = "sent"
    setTimeout(() => { sending = "" }, AGAIN) // somebody stopped it
    return
  }
  // Whether one is still signed in is asked first: a form sent to the sign-in page, or to nowhere, would be gone.
  event.preventDefault()
  if (sending) return
  sending = "asked"
  dirty = true
  clearTimeout(waiting)
  pressed = button
  const isKept = await keep()
  if (!isKept && (isCutOff || document.querySelector(".session-ended"))) {
    if (isCutOff) {
      say(`No connection: not sent. ${copyIsHere() ? "Kept in this browser." : ""} Press again once it is back.`, true)
      pressed = null
    }
    sending = ""
    return
  }
  pressed = null
  sending = "ready"
  form.requestSubmit(button)
})
addEventListener("pageshow", ({ persisted }) => {
  sending = ""
  if (persisted) keep()
})
setInterval(() => document.visibilityState === "visible" && !dirty && keep(), HERE)
addEventListener("pagehide", () => {
  if (dirty && !sending) keepHere()
  const data = new FormData()
  for (const name of ["csrfmiddlewaretoken", "window"]) data.set(name, form.elements[name].value)
  data.set("left", "1")
  navigator.sendBeacon(box.dataset.autosave, data)
})
keep()
bringBack().catch(() => {})
