/* base/cores.h: the cores this process may run on (taskset, a container's cpuset): at least 1. */
#pragma once

int cores_count(void);
