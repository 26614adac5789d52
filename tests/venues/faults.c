#include "faults.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fault_names[F_COUNT] = { "lost",  "lost-before", "delay",  "duplicate", "late",
                                           "cross", "garbage",     "reject", "error", "restate" };

static const struct {
  int low, high, without; /* 0: it takes no figure */
} args[F_COUNT] = { [F_DELAY] = { 1, 600000, 1000 }, [F_LATE] = { 1, 86400000, 2000 }, [F_ERROR] = { 500, 599, 502 } };

static const char *const acts[ACTS] = { "next", "read", "create", "cancel" };

#define EXPECTED                                                                                                \
  "expected lost, lost-before, delay[:ms], duplicate, late[:ms], cross, garbage, reject, restate or error[:status], or " \
  "maintenance=EVERY:FOR "                                                                                      \
  "(seconds) or latency=MIN:MAX (ms)"

static bool wrong(const char *text, size_t n, const char *expected, char *err, size_t errlen) {
  snprintf(err, errlen, "'%.*s': %s", (int)(n > 80 ? 80 : n), text, expected);
  return false;
}

static bool figure(const char *text, size_t n, double low, double high, double *out) {
  char buf[32], *end;
  if (!n || n >= sizeof buf) return false;
  memcpy(buf, text, n);
  buf[n] = 0;
  *out = strtod(buf, &end);
  return !*end && isfinite(*out) && *out >= low && *out <= high;
}

static int fault_of(const char *text, size_t n) {
  for (int i = 0; i < F_COUNT; i++)
    if (strlen(fault_names[i]) == n && !memcmp(fault_names[i], text, n)) return i;
  return -1;
}

/* The figure after the colon, if the fault takes one. */
static bool take_arg(int fault, const char *colon, const char *end, int *out) {
  double v = args[fault].without;
  bool fine = !colon || (args[fault].high && figure(colon + 1, (size_t)(end - colon) - 1, args[fault].low, args[fault].high, &v));
  *out = (int)v;
  return fine;
}

static bool take_part(Faults *f, const char *part, size_t n) {
  const char *end = part + n, *equals = memchr(part, '=', n), *colon = equals ? memchr(equals, ':', (size_t)(end - equals)) : NULL;
  double a, b;
  if (!equals) return false;
  size_t name = (size_t)(equals - part), first = (size_t)((colon ? colon : end) - equals) - 1;
  bool maintenance = name == 11 && !memcmp(part, "maintenance", name), latency = name == 7 && !memcmp(part, "latency", name);
  if (maintenance || latency) {
    if (!figure(equals + 1, first, 0, 86400, &a) || !colon || !figure(colon + 1, (size_t)(end - colon) - 1, 0, 86400, &b))
      return false;
    if (maintenance ? a <= 0 || b > a : b < a) return false;
    if (maintenance) f->maintenance_every = (Moment)(a * 1000), f->maintenance = (Moment)(b * 1000);
    else f->latency_min = (int)a, f->latency_max = (int)b;
    return true;
  }
  int fault = fault_of(part, name);
  if (fault < 0 || !figure(equals + 1, first, 0, 1, &a) || !take_arg(fault, colon, end, &f->arg[fault])) return false;
  f->chance[fault] = a;
  return true;
}

bool faults_parse(Faults *f, const char *spec, char *err, size_t errlen) {
  for (const char *part = spec;; part++) {
    size_t n = strcspn(part, ",");
    if (!take_part(f, part, n)) return wrong(part, n, "not a fault with its chance, 0 to 1; " EXPECTED, err, errlen);
    part += n;
    if (!*part) return true;
  }
}

static bool add_aim(Faults *f, enum act act, int64_t nth, const char *fault, char *err, size_t errlen) {
  const char *colon = strchr(fault, ':'), *end = fault + strlen(fault);
  int kind = fault_of(fault, (size_t)((colon ? colon : end) - fault));
  if (f->aims == AIMS_MAX) return wrong(fault, strlen(fault), "at most 256 faults are aimed", err, errlen);
  if (kind < 0 || !take_arg(kind, colon, end, &f->aim[f->aims].arg)) return wrong(fault, strlen(fault), EXPECTED, err, errlen);
  f->aim[f->aims].act = act;
  f->aim[f->aims].nth = nth;
  f->aim[f->aims++].fault = (enum fault)kind;
  return true;
}

bool faults_aim(Faults *f, const char *text, char *err, size_t errlen) {
  const char *p = text, *equals = strchr(text, '=');
  double nth;
  int act = NOT_PRIVATE;
  for (int i = READ; i < ACTS; i++)
    if (!strncmp(text, acts[i], strlen(acts[i]))) act = i, p = text + strlen(acts[i]);
  if (!equals || !figure(p, (size_t)(equals - p), 1, 1e9, &nth))
    return wrong(text, strlen(text), "expected N=FAULT, readN=FAULT, createN=FAULT or cancelN=FAULT", err, errlen);
  return add_aim(f, (enum act)act, (int64_t)nth, equals + 1, err, errlen);
}

bool faults_aim_next(Faults *f, const char *act, const char *fault, char *err, size_t errlen) {
  for (int i = 0; i < ACTS; i++)
    if (!strcmp(act, acts[i])) return add_aim(f, (enum act)i, f->requests[i] + 1, fault, err, errlen);
  return wrong(act, strlen(act), "expected next, read, create or cancel", err, errlen);
}

/* Some faults are of one sort of request: others do not meet them. */
static bool matters(enum fault fault, enum act act) {
  return fault == F_LATE || fault == F_CROSS ? act == CANCEL : fault == F_DUPLICATE || fault == F_RESTATE ? act == READ : true;
}

Verdict faults_judge(Faults *f, enum act act, Moment since_start) {
  Verdict v = { 0 };
  uint64_t n = (uint64_t)++f->requests[NOT_PRIVATE];
  f->requests[act]++;
  for (uint64_t i = 0; i < F_COUNT; i++) {
    v.hit[i] = world_unit(world_hash(f->seed, n, i, 0)) < f->chance[i];
    v.arg[i] = f->arg[i];
  }
  for (int i = 0; i < f->aims; i++) {
    if (f->aim[i].nth != f->requests[f->aim[i].act] || (f->aim[i].act && f->aim[i].act != act)) continue;
    v.hit[f->aim[i].fault] = true;
    v.arg[f->aim[i].fault] = f->aim[i].arg;
  }
  v.dice = world_hash(f->seed, n, F_COUNT, 0);
  v.wait_ms = f->latency_min + (int)(v.dice % (uint64_t)(f->latency_max - f->latency_min + 1));
  if (v.hit[F_DELAY]) v.wait_ms += v.arg[F_DELAY];
  v.maintenance = f->maintenance_every && since_start % f->maintenance_every >= f->maintenance_every - f->maintenance;
  for (int i = 0; i < F_COUNT; i++) f->met[i] += v.hit[i] && matters((enum fault)i, act);
  return v;
}
