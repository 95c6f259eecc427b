/** A WGSL file as a module: build/wgsl.js makes it. */
declare module '*.wgsl.js' {
  const code: string;
  export default code;
}
