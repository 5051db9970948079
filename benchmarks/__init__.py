"""How fast it is: every figure beside what the same machine can do, in the same run.

python -m benchmarks [append|command|end_to_end|idle|all] [--short|--long]
"""
