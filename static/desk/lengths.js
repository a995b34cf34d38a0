// Counts the characters of fields that are cut off elsewhere, as the server does, and offers each of the other headlines.

for (const field of document.querySelectorAll("[data-length]")) {
  const words = document.getElementById(`${field.id}_helptext`)
  if (!words) continue
  const count = () => {
    const length = [...field.value.trim()].length
    words.textContent = `${length} character${length === 1 ? "" : "s"}; ${field.dataset.shown} about ${field.dataset.length}.`
    words.classList.toggle("too-long", length > Number(field.dataset.length))
  }
  field.addEventListener("input", count)
  count()
}

const ideas = document.getElementById("id_headline_ideas")
const headline = document.getElementById("id_headline")
if (ideas && headline) {
  const list = document.createElement("ul")
  list.className = "ideas"
  ideas.after(list)
  const offer = () => {
    const lines = ideas.value.split("\n").map((line) => line.trim()).filter(Boolean)
    list.replaceChildren(...lines.map((line) => {
      const item = document.createElement("li")
      const button = document.createElement("button")
      button.type = "button"
      button.className = "link-button"
      button.textContent = "Use"
      button.setAttribute("aria-label", `Use as headline: ${line}`)
      button.addEventListener("click", () => {
        const former = headline.value.trim()
        ideas.value = lines.map((other) => (other === line ? former : other)).filter(Boolean).join("\n")
        headline.value = line
        for (const field of [headline, ideas]) field.dispatchEvent(new Event("input", { bubbles: true }))
        headline.focus()
      })
      item.append(button, ` ${line}`)
      return item
    }))
  }
  ideas.addEventListener("input", offer)
  offer()
}
