/** Texts that Vite puts into a script. */
declare module '*.py?raw' {
  const text: string;
  export default text;
}
