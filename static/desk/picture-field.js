// A picture in a form: chosen in a window, uploaded in place, or taken away again; with its words where they are asked.

for (const box of document.querySelectorAll("[data-picture-field]")) {
  const input = box.querySelector("input")
  const shown = box.querySelector("[data-shown]")
  const status = box.querySelector("[data-status]")
  const edit = box.querySelector("[data-edit-picture]")
  const remove = box.querySelector("[data-remove-picture]")
  const upload = box.querySelector("[data-upload-picture]")
  const beside = (name) => document.getElementById(input.id.replace(/picture$/, name))
  const asks = "asksForWords" in box.dataset
  const words = asks && { alt: beside("alt"), caption: beside("caption"), decorative: beside("is_decorative") }

  const offer = () => { edit.hidden = remove.hidden = !input.value }
  const say = ({ alt, caption, decorative = false }) => {
    if (!asks) return
    words.alt.value = alt
    words.caption.value = caption
    words.decorative.checked = decorative
    words.decorative.dispatchEvent(new Event("change"))
  }
  const changed = () => {
    offer()
    input.dispatchEvent(new Event("input", { bubbles: true }))
  }
  const draw = ({ html, alt, caption }) => {
    shown.innerHTML = html
    if (asks) [words.alt.placeholder, words.caption.placeholder] = [alt, caption]
  }
  const show = async () => {
    const response = await fetch(box.dataset.card.replace("/0/", `/${input.value}/`)).catch(() => null)
    if (response?.ok) draw(await response.json())
  }
  // One window for the page; its answer goes to whichever field opened it last.
  const open = (address) => {
    answering = (answer) => {
      input.value = answer.id
      say(answer)
      changed()
      show()
    }
    window.open(address, "pictures", "width=960,height=760")
  }

  box.classList.add("enhanced")
  input.type = "hidden"
  offer()
  box.querySelector(".related-lookup").addEventListener("click", (event) => {
    event.preventDefault()
    event.stopPropagation()
    open(event.currentTarget.href)
  })
  edit.addEventListener("click", () => {
    const address = new URL(box.dataset.use, location)
    address.searchParams.set("pick", input.value)
    if (asks) {
      if (words.alt.value) address.searchParams.set("alt", words.alt.value)
      if (words.caption.value) address.searchParams.set("caption", words.caption.value)
      if (words.decorative.checked) address.searchParams.set("decorative", "1")
    }
    open(address)
  })
  remove.addEventListener("click", () => {
    input.value = ""
    draw({ html: "", alt: "", caption: "" })
    say({ alt: "", caption: "" })
    changed()
    box.querySelector(".related-lookup").focus()
  })

  const file = document.createElement("input")
  file.type = "file"
  file.accept = "image/*"
  file.hidden = true
  upload.after(file)
  upload.setAttribute("role", "button")
  upload.addEventListener("click", (event) => {
    event.preventDefault()
    file.click()
  })
  upload.addEventListener("keydown", (event) => {
    if (event.key !== " ") return
    event.preventDefault()
    upload.click()
  })
  let uploading = null
  let isHeld = false
  // A form that is sent while a picture is on its way takes it along; one that was refused is read first.
  input.form.addEventListener("submit", async (event) => {
    if (!uploading || event.submitter?.formTarget === "_blank") return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (isHeld) return
    isHeld = true
    const isTaken = await uploading
    isHeld = false
    if (isTaken) input.form.requestSubmit(event.submitter)
  }, { capture: true })
  file.addEventListener("change", () => {
    uploading = send().finally(() => { uploading = null })
  })

  // Returns whether the picture came to stand in the field.
  async function send() {
    const { takeIn } = await import(box.dataset.module)
    const tray = document.createElement("ul")
    tray.className = "upload-tray"
    status.replaceChildren(tray)
    await takeIn(file.files, {
      address: box.dataset.upload,
      token: input.form.elements.csrfmiddlewaretoken.value,
      tray,
      onTaken(taken) {
        if (taken.refusal) return
        input.value = taken.id
        draw(taken)
        say(taken)
        changed()
      },
    })
    file.value = ""
    if (asks && input.value && !words.alt.value) words.alt.focus()
    return !tray.querySelector(".bad")
  }

  if (asks) {
    const follow = () => { words.alt.readOnly = words.decorative.checked }
    words.decorative.addEventListener("change", follow)
    follow()
  }
}

let answering = null
document.addEventListener("newsroom:picture", ({ detail }) => answering?.(detail))
