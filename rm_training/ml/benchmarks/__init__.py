"""Public benchmarks of reward models, scored from local files.

RewardBench, RewardBench 2, RM-Bench, LLMBar and HHH are known.
One module a form says how its rows read and what its figures are; `reading` walks a folder,
`harness` scores what it finds and `reports` makes figures with intervals. Nothing is downloaded.
"""
