/**
 * Where the plot of a chart lies in its element, in CSS pixels: what stands above the charts is aligned with it.
 */
export const CHART_PADDING = { left: 10, right: 6 } as const;
/** Width of the value axis. */
export const VALUE_AXIS = 42;
export const PLOT_RIGHT = 14;

/** From the edges of the element to the plot. */
export const PLOT_INSET = {
  left: CHART_PADDING.left + VALUE_AXIS,
  right: CHART_PADDING.right + PLOT_RIGHT,
} as const;
