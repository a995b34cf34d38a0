// The preview beside the form follows what is typed; nothing of it is stored. Without this the button opens the page.
// The page is shown without its scripts, as an answer of our own: no address of the desk can be put in a frame.

const pane = document.querySelector("[data-preview]")
const form = document.getElementById("article_form")
const opener = document.querySelector(".submit-row .preview")
const PAUSE = 700 // after the last key
const NARROW = 500 // pixels of the pane in which a wide page could not be read

const frame = pane?.querySelector("iframe")
const stage = pane?.querySelector("[data-stage]")
const state = pane?.querySelector("[data-preview-state]")
const appearances = document.querySelector(".appearances")
const home = appearances?.parentElement
const choices = [...(pane?.querySelectorAll("[name='preview_width']") ?? [])]
const dark = pane?.querySelector("[data-dark]")

let waiting
let turn = 0
let isReady = false

function parsed(text) {
  const page = new DOMParser().parseFromString(text, "text/html")
  for (const script of page.querySelectorAll("script")) script.remove() // the frame would refuse them aloud
  return page
}
const said = (page, name) => page.querySelector(`meta[property="${name}"], meta[name="${name}"]`)?.content ?? ""

function fit() {
  const width = Number(choices.find((choice) => choice.checked).value)
  const scale = Math.min(1, stage.clientWidth / width)
  Object.assign(frame.style, { width: `${width}px`, height: `${stage.clientHeight / scale}px`, transform: `scale(${scale})` })
}

function light(page) {
  page.documentElement.dataset.bsTheme = dark.checked ? "dark" : "light"
}

function put(page) {
  light(page)
  const old = frame.contentDocument
  const text = old?.getElementById("main")
  if (!isReady || !text) {
    isReady = true
    frame.srcdoc = `<!DOCTYPE html>${page.documentElement.outerHTML}`
    return
  }
  // The frame stays where one has scrolled to.
  old.documentElement.dataset.bsTheme = page.documentElement.dataset.bsTheme
  text.replaceWith(old.importNode(page.getElementById("main"), true))
}

function appear(page) {
  if (!appearances) return
  const set = (selector, words) => appearances.querySelectorAll(selector).forEach((one) => { one.textContent = words })
  set("[data-title]", page.title)
  set("[data-description]", said(page, "description"))
  set("[data-card-title]", said(page, "og:title"))
  set("[data-card-description]", said(page, "og:description"))
  const path = new URL(page.querySelector("link[rel='canonical']")?.href ?? location.href).pathname
  set("[data-address]", [location.host, ...decodeURI(path).split("/").filter(Boolean)].join(" › "))
  const picture = appearances.querySelector("[data-picture]")
  const source = said(page, "og:image")
  picture.hidden = !source
  if (source && picture.src !== source) picture.src = source
}

async function show() {
  const mine = ++turn
  const data = new FormData(form)
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
  const answer = await fetch(pane.dataset.preview, { method: "POST", body: data, headers, redirect: "manual" }).catch(() => null)
  if (mine !== turn) return
  if (!answer?.ok || answer.type !== "basic") {
    state.textContent = "The preview did not arrive. It is tried again when you go on."
    return
  }
  const page = parsed(await answer.text())
  state.textContent = ""
  put(page)
  appear(page)
}

const later = () => {
  if (pane.hidden) return
  clearTimeout(waiting)
  waiting = setTimeout(show, PAUSE)
}

function toggle(isOpen) {
  pane.hidden = !isOpen
  document.body.classList.toggle("with-preview", isOpen)
  opener.setAttribute("aria-expanded", String(isOpen))
  if (appearances && isOpen) appearances.open = true
  if (appearances) (isOpen ? pane.querySelector("[data-appearances]") : home).append(appearances)
  if (!isOpen) {
    opener.focus()
    return
  }
  if (!isReady && stage.clientWidth < NARROW) choices.at(-1).checked = true // on a phone, as a phone
  fit()
  show()
  choices.find((choice) => choice.checked).focus()
}

if (pane && opener) {
  opener.setAttribute("aria-expanded", "false")
  opener.addEventListener("click", (event) => {
    event.preventDefault()
    toggle(pane.hidden)
  })
  pane.querySelector("[data-close]").addEventListener("click", () => toggle(false))
  pane.addEventListener("keydown", ({ key }) => key === "Escape" && toggle(false))
  for (const choice of choices) choice.addEventListener("change", fit)
  dark.checked = getComputedStyle(document.documentElement).colorScheme === "dark" || (document.documentElement.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches)
  dark.addEventListener("change", () => frame.contentDocument && light(frame.contentDocument))
  form.addEventListener("input", ({ target }) => pane.contains(target) || later())
  form.addEventListener("change", ({ target }) => pane.contains(target) || later())
  new ResizeObserver(() => pane.hidden || fit()).observe(stage)
}
