/** A style sheet as text, for shadow roots: vite's `?inline` import. */
declare module '*.css?inline' {
  const text: string;
  export default text;
}
