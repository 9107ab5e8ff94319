() => {
  const problems = []
  const root = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body
  const name = (element) => `<${element.localName}${element.className?.baseVal ?? element.className ? '.' + (element.className?.baseVal ?? element.className).replaceAll(' ', '.') : ''}> ${(element.ariaLabel ?? element.textContent).trim().slice(0, 30)}`
  const page = document.scrollingElement
  if (page.scrollWidth > page.clientWidth) problems.push(`the page is ${page.scrollWidth - page.clientWidth} px wider than the window`)
  for (const box of document.querySelectorAll('dialog[open]')) {
    if (box.scrollWidth > box.clientWidth) problems.push(`the dialog is ${box.scrollWidth - box.clientWidth} px wider than it shows`)
    const {left, right} = box.getBoundingClientRect()
    if (left < 0 || right > innerWidth) problems.push('the dialog is off-screen')
  }
  // Hidden from eyes only, or reached by scrolling on purpose.
  const known = new Map([[null, false]])
  const clipped = (element) => {
    if (!known.has(element)) known.set(element, getComputedStyle(element).clipPath !== 'none' || clipped(element.parentElement))
    return known.get(element)
  }
  const hidden = (element) => !element.checkVisibility({visibilityProperty: true}) || element.closest('.skip-link, .scroll') || clipped(element)
  const area = root.getBoundingClientRect()
  for (const control of root.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (hidden(control)) continue
    const {left, right, width} = control.getBoundingClientRect()
    if (left < area.left - 1 || right > area.right + 1) problems.push(`off-screen: ${name(control)}, ${Math.round(left)} to ${Math.round(right)}`)
    const typed = control.matches('input:not([type=checkbox], [type=radio], [type=color], [type=file]), select, textarea')
    if (typed && width < 72) problems.push(`squeezed to ${Math.round(width)} px: ${name(control)}`)
  }
  for (const element of root.querySelectorAll('*')) {
    if (hidden(element) || element.closest('svg, select, option')) continue
    const style = getComputedStyle(element)
    const cut = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1
    if (cut && element.clientWidth < 72 && element.textContent.trim()) problems.push(`squeezed to ${element.clientWidth} px: ${name(element)}`)
    if (cut && style.overflowX !== 'auto' && element.matches('td.number, .number, .figure, .budget-figures')) problems.push(`cut amount: ${name(element)}`)
  }
  for (const amount of root.querySelectorAll('.amount:not(input)')) {
    if (hidden(amount)) continue
    const {left, right} = amount.getBoundingClientRect()
    for (let box = amount.parentElement; box && box !== root; box = box.parentElement) {
      const edge = box.getBoundingClientRect()
      const outside = left < edge.left - 1 || right > edge.right + 1
      if (outside && box.matches('td, .panel, .budget, .figure, li')) problems.push(`an amount leaves its ${box.localName}.${box.className}: ${amount.textContent}`)
    }
  }
  return [...new Set(problems)]
}
