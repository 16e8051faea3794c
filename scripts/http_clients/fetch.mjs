// One request with node's fetch: says in one line what came of it.
const [url, body, headers, limitMs] = process.argv.slice(2);
const say = (text) => console.log(text);
const named = (error) => {
  const cause = error.cause?.code ?? error.cause?.message ?? error.message;
  return `${error.name}: ${cause}`;
};
try {
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
    say(`${answer.status}, then ${named(error)} after ${length} bytes`);
    process.exit(0);
  }
  let kind = "";
  if (!(answer.headers.get("content-type") ?? "").includes("event-stream")) {
    try {
      JSON.parse(text);
    } catch {
      kind = ", no JSON";
    }
  }
  say(`${answer.status}, ${length} bytes${kind}`);
} catch (error) {
  say(named(error));
}
process.exit(0);
