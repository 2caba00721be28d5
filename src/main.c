#include <stdio.h>

int main(void) {
  puts("danh");
  return 0;
}
