/**
 * Several figures on one sheet, one below the other: SVG inside SVG, each with a width and a height of its own.
 */
export function sheetOf(figures: readonly string[]): string | null {
  if (figures.length === 0) return null;
  let height = 0;
  let width = 0;
  const parts = figures.map((figure, index) => {
    const [own, high] = ['width', 'height'].map((name) =>
      Number(new RegExp(`<svg[^>]* ${name}="([\\d.]+)"`).exec(figure)?.[1]),
    );
    const placed = figure
      .replace('<svg ', `<svg y="${height}" `)
      .replaceAll('"plot"', `"plot-${index}"`)
      .replaceAll('(#plot)', `(#plot-${index})`);
    height += high;
    width = Math.max(width, own);
    return placed;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`;
}
