// Runs before the first paint: apply the reader's own choice of appearance, if one was made here.
import { chosen } from "./appearance.js"

const choice = chosen()
if (choice) document.documentElement.dataset.bsTheme = choice
