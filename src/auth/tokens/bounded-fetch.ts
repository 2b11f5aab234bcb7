/** A set of keys has a few KiB. */
const RESPONSE_BYTES = 256 * 1024;

/** `fetch` that gives up on a body beyond 256 KiB, so that no key server can fill the memory. */
export async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200 || !response.body) return response;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The types of undici's web streams don't tell the kind of a chunk.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > RESPONSE_BYTES) throw new Error(`the answer has more than ${RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: 200 });
}
