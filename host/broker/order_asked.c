#include "broker/order_asked.h"

#include <stdio.h>
#include <string.h>

static bool number(const msgpack_object *m, const char *key, char out[FACT], char *err, size_t errlen) {
  const msgpack_object *v = pack_get(m, key);
  Decimal d;
  out[0] = 0;
  if (!v || v->type == MSGPACK_OBJECT_NIL) return true;
  if (v->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) return snprintf(out, FACT, "%lld", (long long)v->via.i64) > 0;
  if (text_of(m, key, out, FACT) && dec_parse(out, strlen(out), &d)) return true;
  return snprintf(err, errlen, "%s must be a number, or one as text, of at most %d digits", key, DEC_DIGITS), false;
}

/* Params go to the exchange as they are. What is an argument is not given by them, nor in an order of their own, where it would not be seen. */
static bool params_ok(const msgpack_object *params, char *err, size_t errlen) {
  static const char *const arguments[] = { "symbol", "type", "side", "amount", "price", NULL };
  if (params->type == MSGPACK_OBJECT_ARRAY && params->via.array.size)
    return snprintf(err, errlen, "params of an order are given by name: { name = value }"), false;
  for (const char *const *x = arguments; *x; x++)
    if (pack_get(params, *x)) return snprintf(err, errlen, "params.%s: the %s of an order is an argument, not one of its params", *x, *x), false;
  return true;
}

static bool args_read(OrderAsked *a, const msgpack_object *args, char *err, size_t errlen) {
  pack_get_line(args, "symbol", a->symbol, sizeof a->symbol);
  pack_get_line(args, "type", a->type, sizeof a->type);
  pack_get_line(args, "side", a->side, sizeof a->side);
  return number(args, "amount", a->amount, err, errlen) && number(args, "price", a->price, err, errlen) && number(args, "cost", a->cost, err, errlen);
}

typedef struct { msgpack_unpacked u; const msgpack_object *o; } Plain;

static void plain(Plain *p, const msgpack_sbuffer *b) {
  msgpack_unpacked_init(&p->u);
  p->o = b->size && msgpack_unpack_next(&p->u, b->data, b->size, NULL) == MSGPACK_UNPACK_SUCCESS ? &p->u.data : NULL;
}

/* At any of these it may be filled. */
static bool triggers(OrderAsked *a, const msgpack_object *params, char *err, size_t errlen) {
  static const char *const names[] = { "triggerPrice", "stopPrice", "stopLossPrice", "takeProfitPrice", NULL };
  for (const char *const *x = names; *x; x++) {
    char text[FACT];
    Decimal price, most;
    if (!number(params, *x, text, err, errlen)) return false;
    if (!text[0] || !dec_parse(text, strlen(text), &price)) continue;
    if (!a->trigger[0] || (dec_parse(a->trigger, strlen(a->trigger), &most) && dec_cmp(price, most) > 0)) strcpy(a->trigger, text);
  }
  return true;
}

static bool name_of(const msgpack_object *key, char *buf, size_t cap) {
  const char *text;
  size_t n;
  return pack_text(key, &text, &n) && !memchr(text, 0, n) && snprintf(buf, cap, "%.*s", (int)n, text) < (int)cap;
}

bool asked_names_ok(const GuardLimits *l, const char *venue, const char *what, const msgpack_sbuffer *params, char *err, size_t errlen) {
  Plain given;
  char name[64], why[300];
  plain(&given, params);
  bool map = given.o && given.o->type == MSGPACK_OBJECT_MAP, list = given.o && given.o->type == MSGPACK_OBJECT_ARRAY && given.o->via.array.size;
  bool ok = !list || (snprintf(err, errlen, "%s of an order are given by name: { name = value }", what), false);
  for (uint32_t i = 0; map && ok && i < given.o->via.map.size; i++) {
    ok = name_of(&given.o->via.map.ptr[i].key, name, sizeof name);
    if (!ok) snprintf(err, errlen, "%s of an order are given by name: { name = value }", what);
    else if (!(ok = guard_param(l, venue, name, why, sizeof why))) snprintf(err, errlen, "%s.%s: %s", what, name, why);
  }
  msgpack_unpacked_destroy(&given.u);
  return ok;
}

bool asked_read(OrderAsked *a, const char *op, const msgpack_sbuffer *args, const msgpack_sbuffer *params, char *err, size_t errlen) {
  Plain given, more;
  memset(a, 0, sizeof *a);
  plain(&given, args);
  plain(&more, params);
  bool ok = (given.o && given.o->type == MSGPACK_OBJECT_MAP) || (snprintf(err, errlen, "%s needs its arguments", op), false);
  ok = ok && args_read(a, given.o, err, errlen) && (!more.o || params_ok(more.o, err, errlen));
  if (ok && more.o && !a->cost[0]) ok = number(more.o, "cost", a->cost, err, errlen);
  ok = ok && (!more.o || triggers(a, more.o, err, errlen));
  if (!a->type[0] && strstr(op, "market")) strcpy(a->type, "market");
  if (!a->side[0] && strstr(op, "_buy_")) strcpy(a->side, "buy");
  if (!a->side[0] && strstr(op, "_sell_")) strcpy(a->side, "sell");
  msgpack_unpacked_destroy(&given.u);
  msgpack_unpacked_destroy(&more.u);
  return ok;
}

bool asked_is(const OrderAsked *a, const OrderFacts *f, char *err, size_t errlen) {
  const struct { const char *what, *asked, *found; } parts[] = {
    { "symbol", a->symbol, f->symbol }, { "type", a->type, f->type }, { "side", a->side, f->side } };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strcmp(parts[i].asked, parts[i].found) != 0)
      return snprintf(err, errlen, "the order was prepared with the %s '%s', and asked for with '%s'", parts[i].what, parts[i].found, parts[i].asked), false;
  return true;
}
