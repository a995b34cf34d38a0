// Bring the form for a comment or reply onto the page. Without script, the same link is a page of its own.
let open = null

async function fetchForm(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } })
  if (!response.ok) throw new Error(`${response.status}`)
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const form = page.querySelector("form[data-comment-form]")
  if (!form) throw new Error("no form")
  form.action = new URL(form.getAttribute("action") || response.url, response.url).href
  return document.adoptNode(form)
}

export function attach(thread) {
  thread.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-write]")
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    event.preventDefault()
    if (open?.link === link) return open.form.querySelector("textarea").focus()
    link.setAttribute("aria-busy", "true")
    try {
      const form = await fetchForm(link.href)
      open?.form.remove()
      const place = link.closest("[data-write-place]") ?? thread
      place.append(form)
      open = { link, form }
      form.querySelector("textarea").focus()
    } catch {
      location.assign(link.href)
    } finally {
      link.removeAttribute("aria-busy")
    }
  })
}
