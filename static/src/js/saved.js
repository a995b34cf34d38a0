// Stories kept for later: a list in this browser, newest first, that nobody else ever sees.
const KEY = "saved"
const MOST = 200

function read() {
  try {
    const stories = JSON.parse(localStorage.getItem(KEY) ?? "[]")
    // Only addresses of this site: what is kept here could have been written by anything that ran on it.
    return Array.isArray(stories) ? stories.filter((story) => /^\/(?!\/)/.test(story?.path) && story.title) : []
  } catch {
    return []
  }
}

function write(stories) {
  try {
    localStorage.setItem(KEY, JSON.stringify(stories.slice(0, MOST)))
    return true
  } catch {
    return false // storage is forbidden or full
  }
}

// offline.js keeps the story for when there is no connection.
function tell(what, url) {
  document.dispatchEvent(new CustomEvent(`newsroom:${what}`, { detail: { url } }))
}

export function attachButton(button) {
  const { save: path, title, language, savedLabel } = button.dataset
  const label = button.querySelector("[data-label]")
  const words = label.textContent
  const show = () => {
    const isSaved = read().some((story) => story.path === path)
    button.setAttribute("aria-pressed", isSaved)
    label.textContent = isSaved ? savedLabel : words
  }
  button.hidden = false
  button.addEventListener("click", () => {
    const others = read().filter((story) => story.path !== path)
    const isSaved = button.getAttribute("aria-pressed") === "true"
    if (!write(isSaved ? others : [{ path, title, language }, ...others])) label.textContent = button.dataset.blocked
    else {
      document.dispatchEvent(new Event("saved"))
      tell(isSaved ? "unsaved" : "saved", path)
    }
  })
  document.addEventListener("saved", show)
  window.addEventListener("storage", show)
  show()
}

export function attachList(root) {
  const list = root.querySelector("[data-list]")
  const draw = () => {
    const stories = read()
    root.querySelector("[data-empty]").hidden = stories.length > 0
    list.replaceChildren(
      ...stories.map(({ path, title, language }) => {
        const item = document.createElement("li")
        const link = document.createElement("a")
        link.href = path
        link.textContent = title
        link.lang = language || ""
        link.dir = "auto"
        const button = document.createElement("button")
        button.type = "button"
        button.className = "tool"
        button.textContent = list.dataset.remove
        button.setAttribute("aria-label", list.dataset.removeOne.replace("{title}", () => title))
        button.addEventListener("click", () => {
          if (write(read().filter((story) => story.path !== path))) tell("unsaved", path)
          draw()
          root.querySelector("[data-status]").textContent = list.dataset.removed.replace("{title}", () => title)
          const next = list.querySelector("button") ?? document.querySelector("main")
          next.focus()
        })
        item.append(link, button)
        return item
      }),
    )
  }
  window.addEventListener("storage", draw)
  draw()
}
