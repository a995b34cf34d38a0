// What script adds to pages that work without it: one module a behaviour, attached by a data attribute when the page is
// there. What must be so before the first paint is in first.js.
import { attach as attachAppearance } from "./appearance.js"
import { attach as attachBreaking } from "./breaking.js"
import { attach as attachCaptions } from "./captions.js"
import { attach as attachComments, rememberCommented } from "./comments.js"
import { attach as attachEmbed } from "./embed.js"
import { fetchFonts } from "./fonts.js"
import { attach as attachGallery } from "./gallery.js"
import { attach as attachLive } from "./live.js"
import { attach as attachMenu } from "./menu.js"
import { start as startOffline } from "./offline.js"
import { attach as attachMoment } from "./moments.js"
import { attachButton as attachSave, attachList as attachSaved } from "./saved.js"
import { attach as attachRead } from "./read.js"
import { attach as attachRecommend } from "./recommend.js"
import { attach as attachSections } from "./sections.js"
import { attach as attachShare } from "./share.js"
import { attach as attachTextSize } from "./text-size.js"

const all = (selector) => document.querySelectorAll(selector)

attachAppearance(all("[data-appearance]"))
all("[data-breaking]").forEach(attachBreaking)
all("[data-menu]").forEach(attachMenu)
all("[data-sections]").forEach(attachSections)
all("[data-embed-src]").forEach(attachEmbed)
all("[data-captions]").forEach(attachCaptions)
all("[data-gallery]").forEach(attachGallery)
all("[data-live-coverage]").forEach(attachLive)
all("[data-comments]").forEach(attachComments)
all("[data-commented]").forEach(rememberCommented)
all("[data-read]").forEach(attachRead)
all("[data-recommend]").forEach(attachRecommend)
all("[data-share]").forEach(attachShare)
all("[data-moment]").forEach(attachMoment)
all("[data-save]").forEach(attachSave)
all("[data-saved]").forEach(attachSaved)
attachTextSize(all("button[data-text-size]")) // the page itself has the attribute too, once a size is chosen
fetchFonts()
startOffline()
