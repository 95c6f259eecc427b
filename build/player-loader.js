// The program follows, compressed ("deflate-raw") and in base64. Older browsers leave the page as it is.
(async () => {
  const { classList } = document.documentElement;
  try {
    const bytes = Uint8Array.from(atob('{packed}'), (character) => character.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const script = document.createElement('script');
    script.textContent = await new Response(unpacked).text();
    document.head.append(script);
  } catch (error) {
    classList.remove('scripted'); // the poster and the sentence remain
    console.error(error);
  }
})();
