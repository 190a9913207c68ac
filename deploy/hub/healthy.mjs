// Whether a server answers: node healthy.mjs http://127.0.0.1:4000/readyz
const answer = await fetch(process.argv[2]).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
