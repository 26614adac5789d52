/* The messages between the broker and a worker. One page, so that both halves read the same.
 *
 * A frame on the socketpair (all little endian):
 *   u32 length of the payload (at most WIRE_MAX) | u8 version | u8 type | u16 zero | u32 id | payload
 * The payload is one MessagePack value, nearly always a map with text keys. `id` pairs a question with its answer;
 * the side that asks chooses it. A frame with a wrong version, length, type or shape ends the worker. */
#ifndef BOURSE_WIRE_MESSAGE_H
#define BOURSE_WIRE_MESSAGE_H

#define WIRE_VERSION 1
#define WIRE_MAX (128u << 20)   /* bytes of one payload; reply bodies are capped far below */
#define WIRE_DEPTH 30           /* nesting of plain data that crosses */
#define WIRE_NODES (4u << 20)   /* values in one payload: each costs 24 bytes when unpacked */
#define WIRE_RECIPE_EXT 1       /* MessagePack ext type: a recipe (see recipe_ops.h) where text may stand */

enum message_type {
  /* broker -> worker */
  MSG_BOOT = 1,   /* {role, name, source, args, limits={memory,cpu_ms,callback_ms}, now_ms, random(32 bytes), options, tty, columns}
                     options of a recorded or replayed run: stepped: time goes on with messages only, and the order of tables comes from `random`;
                     turns: MSG_IDLE {taken} each time before it waits; tells_calls: MSG_CALL; wants_books: MSG_REPORT with its books.
                     tried: it is a backtest, whose report says how it went */
  MSG_SOURCE_IS,  /* answer to MSG_SOURCE: {source; of an exchange also dialects, name to text, as far as they are written out in it} or {error} */
  MSG_REPLY,      /* answer to MSG_HTTP: {status, received_ms, url, body(bin)}, the body last, or {error={class, message, retry}}. To a worker that goes
                     ahead also holds_us, stamp: before that time the same request gets the same body, with the time of then (ms) at that place, if any */
  MSG_WAKE,       /* answer to MSG_SLEEP: {now_ms} */
  MSG_STORED,     /* answer to MSG_STORE: {value} or {error} */
  MSG_SIGNED,     /* answer to MSG_SIGN: {method, url, headers, body}, and sample=true when there is no key and placeholders stand in; or {error} */
  MSG_RELOAD,     /* {kind="exchange"|"script", name, source; dialects, as above}: a file that this worker loaded was saved anew, or a dialect of it */
  MSG_STOP,       /* {reason}: finish; the worker answers MSG_DONE */
  MSG_LINE,       /* one line of input for the shell: {text} or {eof=true}; also {complete=text} */
  MSG_ORDERED,    /* answer to MSG_ORDER: {value} or {error={class, message, retry, ...}}, and now_ms */
  MSG_TASK,       /* to the clerk (worker/clerk_lib.c): {task, do, now_ms, ...}; answered by MSG_TASKED with the same task */
  MSG_NOTIFIED,   /* answer to MSG_NOTIFY: {sent} or {error} */
  MSG_NOW,        /* {us, worker, any}: first of all to a worker that goes ahead, whose number is that: sleeps, and requests as far as MSG_AHEAD brought
                     their replies, are its own from here on. any: those are what the venue said then, whoever asked. Then before other
                     messages: the time of what follows */
  MSG_AHEAD,      /* what the tape has for it: {key, asked_us, at_us, rank, number; of a sleep ms, of a request ms, at, kept and reply} (worker/ahead.h) */
  MSG_GO,         /* {until_us, rank}: it may go on with what it waits for and has here, as far as that is due before that */
  MSG_PART,       /* to the id of a MSG_HTTP, before its MSG_REPLY: {expected, body(bin)}: the next bytes of a large body; MSG_REPLY brings the rest. Without
                     a body: what came so far is forgotten, since the request is made again. expected: how long all will be, 0: not known */

  /* worker -> broker */
  MSG_READY = 32, /* {} after the boot script was loaded */
  MSG_SOURCE,     /* {kind="exchange"|"dialect"|"registry"|"entry"|"file"|"exchanges", name, venue}; "file" only for paths that the verb was given;
                     "entry": what the registry says of one; "exchanges": the ids, one a line; venue: whose adapter loads a dialect */
  MSG_DECLARE,    /* what an adapter asks for: {venue, hosts={..}, credentials={..}, rights={method=right}, interval_ms, burst} */
  MSG_HTTP,       /* {venue, method, url, headers={}, body, right, cost, bucket, timeout_ms, nonce, keep, order, act}; text may be a recipe ext.
                     keep: "use" or "renew" a reply on disk; order, act: of the clerk, which order of the journal this is for */
  MSG_SLEEP,      /* {ms} */
  MSG_STORE,      /* {op="get"|"set"|"keys", key, value} */
  MSG_SIGN,       /* as MSG_HTTP plus {credentials, clock_ms} (conform: the vectors' test keys) or {redact=true} (--dry-run) */
  MSG_VERIFY,     /* conform, ecdsa vectors: {curve, hash, key, message, signature} -> MSG_SIGNED {ok} */
  MSG_OUT,        /* {text} for stdout, as is */
  MSG_LOG,        /* {level, text} for stderr, one line */
  MSG_REPORT,     /* {data, books}: a result of a strategy; the broker shows it (live table, line, json). books: what it rests on, by name */
  MSG_DONE,       /* {code, message}: the script ended; exit code for the process */
  MSG_FATAL,      /* {limit, text, script, line}: a sandbox limit; the worker exits after it */
  MSG_CLOCK,      /* {venue, offset_ms, error_ms}: how far the venue's clock was found to be ahead of this machine's */
  MSG_ORDER,      /* what trades, of a strategy: {op, venue, method, args={by name}, params, options} (broker/order_ask.c) */
  MSG_JOURNAL,    /* of verbs: {op="orders"|"fills"|"events"|"balances"|"verify", paper, venue, symbol, class, order, since, limit} -> MSG_STORED {value} */
  MSG_TASKED,     /* of the clerk: {task, value} or {task, error={class, message}} */
  MSG_FACTS,      /* of the clerk, unasked: {orders=[..], fills=[..], clock=..} */
  MSG_NOTIFY,     /* {text}, to the addresses that the user named */
  MSG_CALL,       /* {call, venue, method, args, params}: for a recording; MSG_HTTP of that call says {call}, too */
  MSG_CANDLES,    /* of the verb fetch: {op="series"|"put"|"list"|"spans"|"read"|"gaps", ...} -> MSG_STORED {value} (broker/candles_answer.c) */
  MSG_FAILED,     /* {venue, class}: a call of a strategy ended in an error */
  MSG_AT,         /* {us}: of a worker that goes ahead: the time of what follows */
  MSG_ASKED,      /* {venue, cost, n}: of such a one: so many requests got their replies from what it had */
  MSG_TAKE,       /* {number, venue, cost}, id of the question: of such a one: it is answered by that reply of the tape, which is here no more */
  MSG_IDLE = 63   /* {}: between two callbacks, after 20 ms of CPU or more since the last one (cheap workers need not
                     send it often). The broker's watchdog measures CPU time from here; no IDLE for longer than a
                     callback may take, while CPU is used, and the worker is killed. With `turns` {taken}: all messages
                     so far are done with, that many; of a worker that goes ahead also {next_us, rank}: when it has something to do. */
};
#endif
