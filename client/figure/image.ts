/**
 * A figure as a file: SVG as it is, or PNG, drawn by the browser at PIXELS_PER_UNIT.
 */

/** Sharp on paper and on dense screens. */
const PIXELS_PER_UNIT = 2;

/**
 * @param svg with a width and a height of its own
 * @throws Error where the browser cannot draw it
 */
export async function imageOf(svg: string, format: 'png' | 'svg'): Promise<Blob> {
  const vectors = new Blob([svg], { type: 'image/svg+xml' });
  if (format === 'svg') return vectors;
  const image = new Image();
  // Not an object URL: pages with a strict policy allow data: for images, and seldom blob:.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * PIXELS_PER_UNIT;
  canvas.height = image.naturalHeight * PIXELS_PER_UNIT;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no canvas to draw the picture with.');
  context.scale(PIXELS_PER_UNIT, PIXELS_PER_UNIT);
  context.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error('The picture is too large for this browser.')),
    );
  });
}
