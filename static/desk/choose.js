// The window that chooses pictures: keys in the grid, uploads in place, and the answer to the page that opened it.

// -- the grid

const grid = document.querySelector("[data-grid]")
const status = document.querySelector("[data-status]")
const stops = () => [...(grid?.querySelectorAll("[data-choice], [data-unusable]") ?? [])]

grid?.addEventListener("keydown", (event) => {
  const all = stops()
  const here = all.indexOf(event.target)
  const inRow = all.filter((stop) => stop.closest("li").offsetTop === all[0].closest("li").offsetTop).length
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: inRow, ArrowUp: -inRow }[event.key]
  if (here < 0 || !step) return
  event.preventDefault()
  all[here + step]?.focus()
})

const count = document.querySelector("[data-count]")
const say = () => {
  const chosen = document.querySelectorAll("[data-choice]:checked").length
  count.textContent = chosen ? `${chosen} chosen` : "Tick what you want to use."
}
if (count) {
  grid.addEventListener("change", say)
  say()
}

// -- uploads

const button = document.querySelector("[data-upload]")
if (button) {
  const field = document.createElement("input")
  field.type = "file"
  field.multiple = true
  field.accept = "image/*"
  field.hidden = true
  button.after(field)
  const tray = document.querySelector("[data-tray]")
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value
  const start = async (files) => {
    const { takeIn } = await import(button.dataset.module)
    let first = null
    let last = null
    await takeIn(files, {
      address: button.dataset.upload,
      token,
      tray,
      onTaken({ id, choice, remark }) {
        const template = document.createElement("template")
        template.innerHTML = choice
        const item = template.content.querySelector("li")
        const box = item.querySelector("input")
        if (box) box.checked = true
        const before = stops().find((stop) => (stop.dataset.choice || stop.value) === String(id))?.closest("li")
        if (last) last.after(item)
        else grid.prepend(item)
        before?.remove()
        last = item
        document.querySelector(".empty")?.remove()
        first ??= item
        status.textContent = remark || `Uploaded: ${item.querySelector("strong").textContent}`
      },
    })
    if (count) say()
    first?.querySelector("[data-choice], [data-unusable]")?.focus()
  }
  button.setAttribute("role", "button")
  button.addEventListener("click", (event) => {
    event.preventDefault()
    field.click()
  })
  button.addEventListener("keydown", (event) => {
    if (event.key !== " ") return
    event.preventDefault()
    button.click()
  })
  field.addEventListener("change", () => {
    start([...field.files])
    field.value = ""
  })
  const carries = (event) => event.dataTransfer?.types.includes("Files")
  addEventListener("dragover", (event) => {
    if (!carries(event)) return
    event.preventDefault()
    document.body.classList.add("dropping")
  })
  addEventListener("dragleave", (event) => event.relatedTarget ?? document.body.classList.remove("dropping"))
  addEventListener("drop", (event) => {
    if (!carries(event)) return
    event.preventDefault()
    document.body.classList.remove("dropping")
    start(event.dataTransfer.files)
  })
}

// -- decoration needs no words

for (const box of document.querySelectorAll("[name$='is_decorative']")) {
  const description = document.getElementById(box.id.replace("is_decorative", "description"))
  const follow = () => { description.readOnly = box.checked }
  box.addEventListener("change", follow)
  follow()
}
document.querySelector("[aria-invalid='true']")?.focus()

// -- the answer

const done = document.querySelector("[data-answers]")
if (done && window.opener) {
  // Made over there, so that it outlives this window.
  const detail = window.opener.JSON.parse(done.dataset.answers)
  const isForField = ["lead", "field"].includes(done.dataset.for)
  const answer = isForField
    ? new window.opener.CustomEvent("newsroom:picture", { detail: detail[0] })
    : new window.opener.CustomEvent("newsroom:pictures", { detail })
  window.opener.document.dispatchEvent(answer)
  window.close()
}
