# stub: generate
# attack: looks for names, keys and paths in the environment that Python and that libc know
# stopped-by: scrubbed environment
import ctypes
import os

libc = ctypes.CDLL(None)
names = set(os.environ)
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
index = 0
while environ and environ[index]:
    names.add(environ[index].decode(errors="replace").partition("=")[0])
    index += 1
GIVEN = "OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS CUDA_VISIBLE_DEVICES TORCHDYNAMO_DISABLE TORCH_CPP_LOG_LEVEL"
GIVEN += " MPLBACKEND LANG LC_ALL HOME TMPDIR MPLCONFIGDIR TORCHINDUCTOR_CACHE_DIR KMP_INIT_AT_FORK KMP_DUPLICATE_LIB_OK"
unexpected = names - set(GIVEN.split())
if unexpected:
    raise SystemExit(f"got through: {[(name, os.environ.get(name)) for name in sorted(unexpected)]}")
