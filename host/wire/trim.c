#include "wire/trim.h"
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

/* An object whose code is written to when it is loaded: no page of it is as it is in the file. None of a distribution is like that. */
static bool relocates_code(const struct dl_phdr_info *o) {
  for (int i = 0; i < o->dlpi_phnum; i++) {
    if (o->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    for (const ElfW(Dyn) *d = (const ElfW(Dyn) *)(o->dlpi_addr + o->dlpi_phdr[i].p_vaddr); d->d_tag != DT_NULL; d++)
      if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && d->d_un.d_val & DF_TEXTREL)) return true;
  }
  return false;
}

static int trim_object(struct dl_phdr_info *o, size_t size, void *ctx) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  (void)size, (void)ctx;
  if (relocates_code(o)) return 0;
  for (int i = 0; i < o->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &o->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || p->p_flags & PF_W) continue;
    size_t from = (o->dlpi_addr + p->p_vaddr) / page * page, to = (o->dlpi_addr + p->p_vaddr + p->p_memsz + page - 1) / page * page;
    madvise((void *)from, to - from, MADV_DONTNEED);
  }
  return 0;
}

void trim_code(void) { dl_iterate_phdr(trim_object, NULL); }
void trim_heap(void) { malloc_trim(0); }

static void hold(int block, int all) {
  mallopt(M_MMAP_THRESHOLD, block);
  mallopt(M_TRIM_THRESHOLD, all);
}

void trim_later(void) { hold(2 << 20, 64 << 20); }
void trim_above(size_t n) { hold((int)(n / 2), (int)n); }
