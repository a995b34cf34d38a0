// Sends pictures to the library one after the other and says how far each is; the server answers with how it is shown.
// Imported by the address that the page names, since static files are served under names of their content.

export async function takeIn(files, { address, token, tray, onTaken }) {
  for (const row of [...files].map((file) => [file, rowFor(file, tray)])) await send(...row, { address, token, onTaken })
}

function rowFor(file, tray) {
  const row = document.createElement("li")
  const name = document.createElement("span")
  const progress = document.createElement("progress")
  const words = document.createElement("span")
  name.textContent = file.name
  progress.max = 1
  progress.value = 0
  progress.setAttribute("aria-label", file.name)
  words.textContent = "Waiting"
  row.append(name, progress, words)
  tray.append(row)
  tray.hidden = false
  return { row, progress, words }
}

function send(file, { row, progress, words }, { address, token, onTaken }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    const body = new FormData()
    body.append("file", file)
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      progress.value = loaded / total
      words.textContent = loaded < total ? `${Math.round((loaded / total) * 100)} %` : "Being read"
    })
    request.addEventListener("loadend", () => {
      const answer = request.response
      const problem = request.status === 200 ? answer.refusal : (answer?.problem ?? "It did not arrive. Try again.")
      progress.hidden = true
      row.classList.toggle("bad", Boolean(problem))
      words.textContent = [answer?.remark, problem].filter(Boolean).join(" ") || "Uploaded"
      if (request.status === 200) onTaken(answer)
      resolve()
    })
    request.open("POST", address)
    request.responseType = "json"
    request.setRequestHeader("X-CSRFToken", token)
    request.send(body)
  })
}
