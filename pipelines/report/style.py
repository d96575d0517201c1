"""The page's look: the published colours, spacing and type sizes of the NHS design system.

Colours and sizes: NHS digital service manual, design system, "Colour", "Typography", "Layout"
(service-manual.nhs.uk, read 2026). Arial stands in for the NHS typeface, which is not ours to use.
"""

TEXT, MUTED, PAGE, PANEL = "#212b32", "#4c6272", "#ffffff", "#f0f4f5"
BLUE, DARK_BLUE, FOCUS, LINE = "#005eb8", "#003087", "#ffeb3b", "#d8dde0"
GREEN, ORANGE, RED = "#00703c", "#8a4b00", "#b0200d"

ON = {
    "body text": (TEXT, PAGE),
    "muted text": (MUTED, PAGE),
    "muted text on a panel": (MUTED, PANEL),
    "links": (BLUE, PAGE),
    "links under the pointer": (DARK_BLUE, PAGE),
    "focused links": (TEXT, FOCUS),
    "header": (PAGE, BLUE),
    "verdict of a release": (PAGE, GREEN),
    "verdict of a demonstration": (PAGE, ORANGE),
    "verdict of a candidate": (PAGE, RED),
    "panel text": (TEXT, PANEL),
}
"""Every pair of text and ground that the page uses: a test works out their contrast."""

STYLE = f"""
*, *::before, *::after {{ box-sizing: border-box; }}
html {{ background: {PAGE}; }}
body {{ color: {TEXT}; background: {PAGE}; font: 1rem/1.5 Arial, sans-serif; margin: 0; }}
@media (min-width: 40.0625em) {{ body {{ font-size: 1.1875rem; line-height: 1.47; }} }}
h1, h2, h3, h4 {{ line-height: 1.25; margin: 2rem 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 2rem; margin: 0; }}
h2 {{ font-size: 1.75rem; border-top: 4px solid {BLUE}; padding-top: 1rem; margin-top: 3rem; }}
h3 {{ font-size: 1.375rem; }}
p {{ margin: 0 0 1rem; max-width: 44em; overflow-wrap: anywhere; }}
a {{ color: {BLUE}; }}
a:hover {{ color: {DARK_BLUE}; }}
a:focus, .wide:focus {{ outline: 4px solid {FOCUS}; box-shadow: 0 0 0 6px {TEXT}; }}
a:focus {{ background: {FOCUS}; color: {TEXT}; }}
.skip {{ position: absolute; left: -999em; }}
.skip:focus {{ position: static; display: inline-block; padding: .5rem; }}
header {{ background: {BLUE}; color: {PAGE}; padding: 1.5rem 0; }}
header p {{ margin: .25rem 0 0; }}
header div, main {{ max-width: 60rem; margin: 0 auto; padding: 0 1rem; }}
main {{ padding-bottom: 3rem; }}
.verdict {{ color: {PAGE}; padding: 1.25rem; margin: 1.5rem 0; font-weight: bold; }}
.verdict p {{ margin: 0; }}
.verdict p + p {{ font-weight: normal; margin-top: .5rem; }}
.published {{ background: {GREEN}; }}
.demonstration {{ background: {ORANGE}; }}
.candidate {{ background: {RED}; }}
.paper {{ background: {PANEL}; color: {TEXT}; }}
nav {{ background: {PANEL}; padding: 1rem 1.25rem; }}
nav h2 {{ font-size: 1.1875rem; border: 0; margin: .5rem 0; padding: 0; }}
nav ul {{ margin: 0 0 .5rem; padding-left: 1.25rem; }}
nav li {{ padding: .125rem 0; break-inside: avoid; }}
@media (min-width: 40.0625em) {{ nav ul {{ columns: 2; }} }}
.wide {{ overflow-x: auto; margin-bottom: 2rem; position: relative; }}
table {{ border-collapse: collapse; width: 100%; font-size: 1rem; line-height: 1.4; }}
caption {{ text-align: left; font-weight: bold; padding: .5rem 0; }}
th, td {{ border-bottom: 1px solid {LINE}; padding: .5rem 1rem .5rem 0; text-align: left;
  vertical-align: top; }}
@media (max-width: 40em) {{ th:not(.number), td:not(.number) {{ min-width: 9rem; }} }}
td:not(.number) {{ min-width: 6.5rem; }}
thead th {{ border-bottom: 2px solid {MUTED}; }}
tbody th {{ font-weight: normal; }}
.number {{ text-align: right; white-space: nowrap; }}
figure {{ margin: 0 0 1rem; }}
figcaption {{ font-weight: bold; padding: .5rem 0; }}
figure + .wide {{ margin-top: 0; }}
svg {{ display: block; width: 100%; min-width: 32rem; max-width: 52rem; height: auto; }}
svg text {{ font: 13px Arial, sans-serif; fill: {TEXT}; }}
svg .muted {{ fill: {MUTED}; }}
svg .over {{ paint-order: stroke; stroke: {PAGE}; stroke-width: 4px; }}
footer {{ background: {PANEL}; color: {MUTED}; padding: 1rem; }}
footer p {{ max-width: 58rem; margin: 0 auto; }}
@media print {{
  @page {{ margin: 15mm; }}
  body {{ font-size: 9.5pt; line-height: 1.35; }}
  nav, .skip {{ display: none; }}
  /* Paper needs no coloured grounds: many printers leave them out and white words with them. */
  header, .verdict, footer {{ background: none; color: {TEXT}; padding: 0 0 6pt; }}
  .verdict {{ border: 2pt solid {TEXT}; padding: 8pt; }}
  header div, main {{ max-width: none; padding: 0; }}
  svg * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  h1 {{ font-size: 18pt; }} h2 {{ font-size: 15pt; }} h3 {{ font-size: 12pt; }}
  h2, h3, caption, figcaption {{ break-after: avoid; }}
  table {{ font-size: 8pt; }}
  tr, figure {{ break-inside: avoid; }}
  .wide {{ overflow: visible; }}
  th, td {{ padding: 2pt 6pt 2pt 0; overflow-wrap: break-word; }}
  .number {{ white-space: normal; }}
  svg {{ min-width: 0; max-width: 150mm; }}
}}
"""
