// The library of pictures: files dropped or chosen are uploaded two at a time, pictures open beside the list.

const tray = document.querySelector("[data-tray]")
const place = document.querySelector("[data-panel-place]")
const AT_ONCE = 2

// -- uploads

function equipTray() {
  const input = tray.querySelector("input[type=file]")
  const list = tray.querySelector("[data-tray-files]")
  const status = tray.querySelector("[data-tray-status]")
  const title = tray.querySelector("[data-tray-title]")
  const template = tray.querySelector("template")
  const waiting = []
  const counts = { added: 0, there: 0, refused: 0, failed: 0 }
  let running = 0
  tray.classList.add("enhanced")

  const report = () => {
    const left = waiting.length + running
    title.textContent = left ? `Uploading ${left}` : "Upload pictures"
    const words = [["added", "added"], ["there", "in the library already"], ["refused", "refused"], ["failed", "not sent"]]
    const said = words.filter(([state]) => counts[state]).map(([state, word]) => `${counts[state]} ${word}`)
    tray.querySelector("[data-tray-done]").hidden = Boolean(left) || !counts.added
    if (!left && said.length) status.textContent = `${said.join(", ")}.`
  }

  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

  const send = (item, file) => {
    running += 1
    const progress = item.querySelector("progress")
    const words = item.querySelector("p")
    const link = item.querySelector("a")
    const retry = item.querySelector("[data-retry]")
    const end = (state, text) => {
      running -= 1
      counts[state] += 1
      item.className = state
      if (state === "refused" || state === "failed") list.prepend(item)
      progress.hidden = true
      words.textContent = text
      item.querySelector("[data-dismiss]").hidden = state === "added"
      retry.hidden = state !== "failed"
      if (state === "failed") retry.onclick = () => {
        counts.failed -= 1
        retry.hidden = true
        item.querySelector("[data-dismiss]").hidden = true
        enqueue(item, file)
      }
      next()
      report()
    }
    const request = new XMLHttpRequest()
    request.open("POST", tray.action)
    request.setRequestHeader("Accept", "application/json")
    request.responseType = "json"
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      progress.value = (100 * loaded) / total
      words.textContent = `${Math.floor(progress.value)}%, ${megabytes(file.size)}`
      if (loaded === total) words.textContent = `100%, ${megabytes(file.size)}. Reading the file…`
    })
    request.addEventListener("load", () => {
      const outcome = request.response?.files?.[0]
      if (!outcome) return end("failed", request.status === 403 || request.responseURL.includes("/login/") ? "Not sent: you are not signed in, or may not upload." : "Not sent: the server could not take it.")
      if (outcome.thumbnail) {
        const image = item.querySelector("img")
        image.src = outcome.thumbnail
        image.hidden = false
      }
      if (outcome.url) {
        link.href = outcome.url
        link.textContent = outcome.state === "added" ? "Describe it" : "Show it"
        link.setAttribute("aria-label", `${link.textContent}: ${outcome.name}`)
        link.hidden = false
      }
      end(outcome.state, outcome.words)
    })
    request.addEventListener("error", () => end("failed", "Not sent: the connection failed."))
    const form = new FormData(tray)
    form.set("files", file)
    request.send(form)
  }

  const next = () => {
    while (running < AT_ONCE && waiting.length) send(...waiting.shift())
  }
  const enqueue = (item, file) => {
    item.className = "waiting"
    const progress = item.querySelector("progress")
    progress.hidden = false
    progress.value = 0
    item.querySelector("p").textContent = `Waiting, ${megabytes(file.size)}`
    waiting.push([item, file])
    next()
    report()
  }
  const take = (files) => {
    for (const file of files) {
      const item = template.content.firstElementChild.cloneNode(true)
      item.querySelector("strong").textContent = file.name
      item.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`)
      const dismiss = item.querySelector("[data-dismiss]")
      dismiss.setAttribute("aria-label", `Dismiss ${file.name}`)
      item.querySelector("[data-retry]").setAttribute("aria-label", `Try again: ${file.name}`)
      dismiss.addEventListener("click", () => {
        const after = item.nextElementSibling ?? item.previousElementSibling
        item.remove()
        list.hidden = !list.children.length
        ;(after?.querySelector("a:not([hidden]), button:not([hidden])") ?? document.querySelector("[data-upload]")).focus()
      })
      list.append(item)
      enqueue(item, file)
    }
    list.hidden = !list.children.length
    status.textContent = ""
  }

  document.querySelector("[data-upload]")?.addEventListener("click", (event) => {
    event.preventDefault()
    input.click()
  })
  input.addEventListener("change", () => {
    take([...input.files])
    input.value = ""
  })
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files")
  let depth = 0
  const over = (isOver) => tray.classList.toggle("is-over", isOver)
  addEventListener("dragenter", (event) => {
    if (hasFiles(event)) over(++depth > 0)
  })
  addEventListener("dragleave", (event) => {
    if (hasFiles(event)) over(--depth > 0)
  })
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault())
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    depth = 0
    over(false)
    take([...event.dataTransfer.files])
  })
  addEventListener("beforeunload", (event) => (running || waiting.length) && event.preventDefault())
}

// -- the panel

const isWide = matchMedia("(min-width: 1100px)")

function address(number) {
  const url = new URL(location.href)
  if (number) url.searchParams.set("picture", number)
  else url.searchParams.delete("picture")
  return url
}

function mark(number) {
  for (const link of document.querySelectorAll("[data-picture]")) {
    const isShown = link.dataset.picture === number
    link.toggleAttribute("aria-current", isShown)
    if (isShown) link.setAttribute("aria-current", "true")
    link.closest("li, tr")?.classList.toggle("is-shown", isShown)
  }
}

async function fill(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "X-Requested-With": "fetch" } }).catch(() => null)
  if (!response || response.redirected || (!response.ok && response.status !== 422)) return false
  place.innerHTML = await response.text()
  place.dispatchEvent(new CustomEvent("fragment:added", { bubbles: true }))
  return true
}

const cardOf = (number) => document.querySelector(`[data-picture="${CSS.escape(number)}"]`)

function close() {
  const number = new URL(location.href).searchParams.get("picture")
  place.replaceChildren()
  mark(null)
  history.pushState(null, "", address(null))
  if (number) cardOf(number)?.focus()
}

async function show(link) {
  if (!(await fill(link.dataset.panelUrl))) {
    location.href = link.href
    return
  }
  mark(link.dataset.picture)
  history.pushState(null, "", address(link.dataset.picture))
  place.querySelector("[data-panel]").focus({ preventScroll: true })
}

function equipPanel() {
  const first = new URL(location.href).searchParams.get("picture")
  if (place.dataset.first) fill(place.dataset.first).then((isThere) => isThere && mark(first))
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-panel-url]")
    if (!link || !isWide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    show(link)
  })
  place.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-panel]")) return
    event.preventDefault()
    close()
  })
  place.addEventListener("keydown", (event) => event.key === "Escape" && close())
  place.addEventListener("submit", async (event) => {
    event.preventDefault()
    const form = event.target
    if (!(await fill(form.action, { method: "POST", body: new FormData(form) }))) return form.submit()
    const wrong = place.querySelector("[aria-invalid=true], .errorlist + :is(input, textarea, select)")
    ;(wrong ?? place.querySelector("button[type=submit]")).focus()
  })
  addEventListener("popstate", async () => {
    const number = new URL(location.href).searchParams.get("picture")
    const link = number && cardOf(number)
    if (number && !link) return location.reload()
    if (link) await fill(link.dataset.panelUrl)
    else place.replaceChildren()
    mark(number)
  })
}

// -- choosing several: the admin's own script knows tables alone

function equipGrid(grid) {
  const boxes = [...grid.querySelectorAll(".action-select")]
  const all = document.querySelector("[data-choose-all]")
  const counter = document.querySelector(".action-counter")
  const say = () => {
    const chosen = boxes.filter(({ checked }) => checked).length
    if (counter) counter.textContent = `${chosen} of ${boxes.length} chosen`
    if (all) Object.assign(all, { checked: chosen === boxes.length, indeterminate: chosen > 0 && chosen < boxes.length })
  }
  if (all) {
    all.closest("label").hidden = false
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked
      say()
    })
  }
  let last = null
  grid.addEventListener("click", (event) => {
    const box = event.target.closest(".action-select")
    if (!box) return
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other)
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked
    }
    last = box
    say()
  })
  say()
}

if (tray) equipTray()
if (place) equipPanel()
const grid = document.querySelector("[data-grid]")
if (grid) equipGrid(grid)
