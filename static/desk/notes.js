// Notes in the margin: taken without leaving the page, on the words that are chosen in the text, and marked there.

const panel = document.querySelector("[data-notes]")
const form = panel?.closest("form")
const CONTEXT = 60 // characters before a passage, by which it is told from the same words elsewhere

const squeezed = (text) => text.replace(/\s+/g, " ")

// -- on the words that are chosen

function choose(words, before) {
  const quote = panel.querySelector("[name='margin_quote']")
  if (!words.trim() || panel.querySelector("[name='margin_text']").value.trim()) return
  quote.value = squeezed(words).trim().slice(0, 500)
  panel.querySelector("[name='margin_before']").value = squeezed(before).slice(-CONTEXT)
}

document.addEventListener("selectionchange", () => {
  const field = document.activeElement
  if (field?.matches("#id_headline, #id_standfirst")) {
    choose(field.value.slice(field.selectionStart, field.selectionEnd), field.value.slice(0, field.selectionStart))
    return
  }
  const selection = getSelection()
  const text = selection.anchorNode?.parentElement?.closest(".ProseMirror, .readonly")
  if (!text || selection.isCollapsed || !text.contains(selection.focusNode)) return
  const range = selection.getRangeAt(0)
  const before = document.createRange()
  before.setStart(text, 0)
  before.setEnd(range.startContainer, range.startOffset)
  choose(selection.toString(), before.toString().slice(-3 * CONTEXT))
})

// -- marked in the text

// The words of a text with single spaces, and for each character of them where it stands.
function read(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  let words = ""
  const places = []
  let block = null
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const own = node.parentElement.closest("p, h2, h3, h4, li, blockquote, figcaption, td, th")
    if (own !== block && words && !words.endsWith(" ")) {
      words += " "
      places.push([node, 0])
    }
    block = own
    for (let index = 0; index < node.data.length; index++) {
      const character = /\s/.test(node.data[index]) ? " " : node.data[index]
      if (character === " " && words.endsWith(" ")) continue
      words += character
      places.push([node, index])
    }
  }
  return { words, places }
}

// How many characters two texts have in common from their beginnings on, spaces aside.
function alike(text, remembered) {
  const [one, other] = [text, remembered].map((each) => each.replace(/\s+/g, ""))
  let index = 0
  while (index < one.length && one[index] === other[index]) index++
  return index
}
const reversed = (text) => [...text].reverse().join("")

// Where a passage stands, and the how manieth of the same words it is: the one that stands most like it did.
function placeOf(words, { quote, before, after }) {
  let best = { start: -1, nth: 0 }
  let liking = -1
  let nth = 0
  for (let start = quote ? words.indexOf(quote) : -1; start >= 0; start = words.indexOf(quote, start + 1), nth++) {
    const end = start + quote.length
    const found = alike(reversed(words.slice(Math.max(0, start - 2 * CONTEXT), start)), reversed(before)) + alike(words.slice(end, end + 2 * CONTEXT), after)
    if (found <= liking) continue
    best = { start, nth }
    liking = found
  }
  return best
}

// A field shows its words plainly, so what is noted there is named below it: pressed, it chooses the words.
function markFields() {
  for (const name of ["headline", "standfirst"]) {
    const field = document.getElementById(`id_${name}`)
    if (!field) continue
    const noted = [...panel.querySelectorAll(`[data-in='${name}']`)].filter(({ dataset }) => squeezed(field.value).includes(dataset.quote))
    let line = field.parentElement.querySelector(".noted")
    if (!noted.length) {
      line?.remove()
      continue
    }
    if (!line) {
      line = document.createElement("p")
      line.className = "noted"
      field.after(line)
    }
    line.replaceChildren("Noted: ", ...noted.flatMap(({ dataset }, index) => {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "link-button"
      button.textContent = `“${dataset.quote}”`
      button.addEventListener("click", () => {
        field.focus()
        const start = field.value.indexOf(dataset.quote)
        if (start >= 0) field.setSelectionRange(start, start + dataset.quote.length)
      })
      return index ? [", ", button] : [button]
    }))
  }
}

function mark() {
  markFields()
  const text = document.querySelector(".ProseMirror, .readonly")
  if (!text || !globalThis.CSS?.highlights) return
  const { words, places } = read(text)
  const ranges = []
  for (const quoted of panel.querySelectorAll("[data-in='body']")) {
    const { dataset } = quoted
    const { start, nth } = placeOf(words, dataset)
    if (start < 0) continue
    const link = quoted.closest(".note").querySelector("[data-go]")
    if (link) link.dataset.nth = nth
    const range = document.createRange()
    const [last, offset] = places[start + dataset.quote.length - 1]
    range.setStart(...places[start])
    range.setEnd(last, offset + 1)
    ranges.push(range)
  }
  CSS.highlights.set("margin-note", new Highlight(...ranges))
}

let marking
const markLater = () => {
  clearTimeout(marking)
  marking = setTimeout(mark, 400)
}

// -- taken without leaving the page

async function send(button) {
  const data = new FormData(form, button)
  data.set("panel", "1")
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
  const answer = await fetch(panel.dataset.notes, { method: "POST", body: data, headers, redirect: "manual" }).catch(() => null)
  if (answer?.type === "opaqueredirect" || answer?.status === 403) form.dispatchEvent(new CustomEvent("session:ended"))
  if (!answer?.ok || answer.type !== "basic") {
    const problem = panel.querySelector("[data-problem]") ?? Object.assign(document.createElement("p"), { className: "problem" })
    problem.dataset.problem = ""
    problem.setAttribute("role", "alert")
    problem.textContent = "It did not arrive. What you wrote is still here: try again."
    panel.prepend(problem)
    return
  }
  panel.innerHTML = await answer.text()
  ready()
  const next = panel.querySelector(".problem")?.closest("details")?.querySelector("textarea") ?? panel.querySelector("summary")
  next?.focus()
  form.dispatchEvent(new CustomEvent("notes:changed"))
}

function ready() {
  for (const how of panel.querySelectorAll("[data-how]")) how.hidden = false
  mark()
}

if (panel) {
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='margin']")
    if (!button) return
    event.preventDefault()
    send(button)
  })
  form.addEventListener("input", markLater)
  ready()
  setTimeout(mark, 1500) // once the editor stands
}
