#include "coding.h"
#include <string.h>

static const char base64_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

size_t coding_bound(enum recipe_coding c, size_t n) {
  if (n > SIZE_MAX / 8) return SIZE_MAX;
  switch (c) {
    case C_BASE64: case C_BASE64URL: return (n + 2) / 3 * 4;
    case C_HEX: return n * 2;
    case C_URLENCODE: case C_FORMENCODE: return n * 3;
    case C_JSONSTRING: return n * 6 + 2;
    case C_UNBASE64: return n / 4 * 3 + 3;
    default: return n;
  }
}

static size_t to_base64(const char *alphabet, bool pad, const uint8_t *in, size_t n, uint8_t *out) {
  uint8_t *o = out;
  size_t i = 0;
  for (; i + 2 < n; i += 3) {
    uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
    *o++ = (uint8_t)alphabet[v >> 18];
    *o++ = (uint8_t)alphabet[v >> 12 & 63];
    *o++ = (uint8_t)alphabet[v >> 6 & 63];
    *o++ = (uint8_t)alphabet[v & 63];
  }
  if (i < n) {
    uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0);
    *o++ = (uint8_t)alphabet[v >> 18];
    *o++ = (uint8_t)alphabet[v >> 12 & 63];
    if (i + 1 < n) *o++ = (uint8_t)alphabet[v >> 6 & 63];
    else if (pad) *o++ = '=';
    if (pad) *o++ = '=';
  }
  return (size_t)(o - out);
}

static int base64_digit(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

/* Either alphabet, padding or none. White space inside is left out: keys are often pasted with line ends. */
static bool from_base64(const uint8_t *in, size_t n, uint8_t *out, size_t *outlen) {
  uint32_t v = 0;
  unsigned have = 0;
  size_t o = 0, i = 0;
  for (; i < n && in[i] != '='; i++) {
    if (in[i] == ' ' || in[i] == '\n' || in[i] == '\r' || in[i] == '\t') continue;
    int d = base64_digit(in[i]);
    if (d < 0) return false;
    v = v << 6 | (uint32_t)d;
    if (++have == 4) {
      out[o++] = (uint8_t)(v >> 16);
      out[o++] = (uint8_t)(v >> 8);
      out[o++] = (uint8_t)v;
      have = 0;
      v = 0;
    }
  }
  unsigned pads = 0;
  for (; i < n; i++) {
    if (in[i] == '=') pads++;
    else if (in[i] != ' ' && in[i] != '\n' && in[i] != '\r' && in[i] != '\t') return false;
  }
  if (have == 1 || (pads != 0 && have + pads != 4)) return false;
  if (have == 2) out[o++] = (uint8_t)(v >> 4);
  if (have == 3) { out[o++] = (uint8_t)(v >> 10); out[o++] = (uint8_t)(v >> 2); }
  *outlen = o;
  return true;
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(const uint8_t *in, size_t n, uint8_t *out) {
  if (n % 2) return false;
  for (size_t i = 0; i < n; i += 2) {
    int a = hex_digit(in[i]), b = hex_digit(in[i + 1]);
    if (a < 0 || b < 0) return false;
    out[i / 2] = (uint8_t)(a << 4 | b);
  }
  return true;
}

static const bool unreserved[256] = { ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
  ['-'] = true, ['.'] = true, ['_'] = true, ['~'] = true };

static size_t to_url(bool form, const uint8_t *in, size_t n, uint8_t *out) {
  uint8_t *o = out;
  for (size_t i = 0; i < n; i++) {
    if (unreserved[in[i]]) *o++ = in[i];
    else if (form && in[i] == ' ') *o++ = '+';
    else { *o++ = '%'; *o++ = (uint8_t)hex_upper[in[i] >> 4]; *o++ = (uint8_t)hex_upper[in[i] & 15]; }
  }
  return (size_t)(o - out);
}

static size_t to_json(const uint8_t *in, size_t n, uint8_t *out) {
  uint8_t *o = out;
  *o++ = '"';
  for (size_t i = 0; i < n; i++) {
    uint8_t c = in[i];
    if (c >= 32 && c != '"' && c != '\\') { *o++ = c; continue; }
    const char *s = c == '"' ? "\"" : c == '\\' ? "\\" : c == '\n' ? "n" : c == '\r' ? "r" : c == '\t' ? "t" : c == '\b' ? "b" : c == '\f' ? "f" : NULL;
    if (s) { *o++ = '\\'; *o++ = (uint8_t)*s; }
    else {
      memcpy(o, "\\u00", 4);
      o[4] = (uint8_t)hex_lower[c >> 4];
      o[5] = (uint8_t)hex_lower[c & 15];
      o += 6;
    }
  }
  *o++ = '"';
  return (size_t)(o - out);
}

bool coding_run(enum recipe_coding c, const uint8_t *in, size_t n, uint8_t *out, size_t *outlen, const char **why) {
  *outlen = n;
  switch (c) {
    case C_BASE64: *outlen = to_base64(base64_std, true, in, n, out); return true;
    case C_BASE64URL: *outlen = to_base64(base64_url, false, in, n, out); return true;
    case C_UNBASE64:
      *why = "not base64";
      return from_base64(in, n, out, outlen);
    case C_HEX:
      for (size_t i = 0; i < n; i++) {
        out[2 * i] = (uint8_t)hex_lower[in[i] >> 4];
        out[2 * i + 1] = (uint8_t)hex_lower[in[i] & 15];
      }
      *outlen = 2 * n;
      return true;
    case C_UNHEX:
      *why = n % 2 ? "not hex: an odd number of digits" : "not hex";
      *outlen = n / 2;
      return from_hex(in, n, out);
    case C_UPPER:
      for (size_t i = 0; i < n; i++) out[i] = in[i] >= 'a' && in[i] <= 'z' ? in[i] - 32 : in[i];
      return true;
    case C_LOWER:
      for (size_t i = 0; i < n; i++) out[i] = in[i] >= 'A' && in[i] <= 'Z' ? in[i] + 32 : in[i];
      return true;
    case C_URLENCODE: *outlen = to_url(false, in, n, out); return true;
    case C_FORMENCODE: *outlen = to_url(true, in, n, out); return true;
    case C_JSONSTRING: *outlen = to_json(in, n, out); return true;
    case C_COUNT: break;
  }
  *why = "no such coding";
  return false;
}

bool coding_base32(const uint8_t *in, size_t n, uint8_t *out, size_t *outlen) {
  uint32_t v = 0;
  unsigned bits = 0;
  size_t o = 0;
  bool padded = false;
  for (size_t i = 0; i < n; i++) {
    uint8_t c = in[i];
    uint32_t d;
    if (c == ' ' || c == '-') continue;
    if (c == '=') { padded = true; continue; }
    if (padded) return false;
    if (c >= '2' && c <= '7') d = (uint32_t)(c - '2' + 26);
    else if ((c | 32) >= 'a' && (c | 32) <= 'z') d = (uint32_t)((c | 32) - 'a');
    else return false;
    v = (v << 5 | d) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; out[o++] = (uint8_t)(v >> bits); }
  }
  *outlen = o;
  return true;
}

int coding_name(const char *const *names, int n, const char *name) {
  for (int i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return i;
  return -1;
}
