#include <stdlib.h>

#include "worker/plan_in.h"

Plan *plan_part(const Plan *p, bool (*take)(const Field *f)) {
  Plan *part = malloc(sizeof *part);
  Field *fields = malloc(((size_t)p->n + 1) * sizeof *fields);
  if (!part || !fields) {
    free(part);
    free(fields);
    return NULL;
  }
  *part = *p;
  part->fields = fields;
  part->n = 0;
  for (int i = 0; i < p->n; i++)
    if (take(&p->fields[i])) fields[part->n++] = p->fields[i];
  return part;
}

void plan_part_free(Plan *part) {
  if (!part) return;
  free(part->fields);
  free(part);
}
