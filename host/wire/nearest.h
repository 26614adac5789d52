/* "Did you mean": the nearest word of a list apart by '|', or NULL when none is near. The answer lies in a static buffer. */
#ifndef BOURSE_NEAREST_H
#define BOURSE_NEAREST_H
const char *nearest_word(const char *word, const char *words);
#endif
