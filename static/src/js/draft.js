// On the page of a draft for one person: the words one chooses in the text become the passage of a note.
const form = document.querySelector("[data-draft-note]")
const text = document.querySelector(".article")

document.addEventListener("selectionchange", () => {
  const selection = getSelection()
  if (!form || !text || selection.isCollapsed || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) return
  if (form.elements.text.value.trim()) return
  const range = selection.getRangeAt(0)
  const before = document.createRange()
  before.setStart(text, 0)
  before.setEnd(range.startContainer, range.startOffset)
  form.elements.quote.value = selection.toString().replace(/\s+/g, " ").trim().slice(0, 500)
  form.elements.before.value = before.toString().replace(/\s+/g, " ").slice(-60)
})
