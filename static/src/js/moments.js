// Say a moment in the reader's own time zone. Without script, it stands there in the site's, with its name.
export function attach(time) {
  const moment = new Date(time.dateTime)
  const shift = /([+-])(\d\d):?(\d\d)$/.exec(time.dateTime)
  if (!shift || isNaN(moment)) return
  const there = (shift[1] === "-" ? -1 : 1) * (Number(shift[2]) * 60 + Number(shift[3]))
  if (-moment.getTimezoneOffset() === there) return
  time.title = time.textContent
  time.textContent = moment.toLocaleString(document.documentElement.lang, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  })
}
