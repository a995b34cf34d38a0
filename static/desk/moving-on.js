// Enter leads from field to field of a text and into its body: from the first moment, long before the editor stands.
// No module, since none may come before the page's import map; it waits for the whole page as they do.

{
  const order = ["id_kicker", "id_headline", "id_standfirst", "id_body"].map((id) => document.getElementById(id)).filter(Boolean)
  const body = order.find((field) => field.id === "id_body")
  for (const [index, field] of order.entries()) {
    if (field === body) continue
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || (field.id === "id_standfirst" && event.shiftKey)) return
      event.preventDefault()
      const next = order[index + 1]
      next?.focus()
      if (next === body) next?.dispatchEvent(new Event("body:focus")) // the editor's, once it stands in the field's place
    })
  }
}
