// Requests with node's fetch, one after the other: says in one line what came of the last.
const [url, body, headers, limitMs, times] = process.argv.slice(2);
const named = (error) => {
  const cause = error.cause?.code ?? error.cause?.message ?? error.message;
  return `${error.name}: ${cause}`;
};
const ask = async () => {
  const answer = await fetch(url, {
    method: "POST",
    body,
    headers: JSON.parse(headers),
    redirect: "follow",
    signal: AbortSignal.timeout(Number(limitMs)),
  });
  let length = 0;
  let text = "";
  try {
    const decoder = new TextDecoder();
    for await (const piece of answer.body ?? []) {
      length += piece.length;
      if (text.length < 100_000) text += decoder.decode(piece, { stream: true });
    }
  } catch (error) {
    return `${answer.status}, then ${named(error)} after ${length} bytes`;
  }
  if ((answer.headers.get("content-type") ?? "").includes("event-stream")) {
    return `${answer.status}, ${length} bytes`;
  }
  try {
    JSON.parse(text);
    return `${answer.status}, ${length} bytes`;
  } catch {
    return `${answer.status}, ${length} bytes, no JSON`;
  }
};
let said = "";
for (let n = 0; n < Number(times); n += 1) {
  try {
    said = await ask();
  } catch (error) {
    said = named(error);
    break;
  }
}
console.log(said);
process.exit(0);
