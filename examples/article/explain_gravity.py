# The program of the article "Suivre la consommation de tokens dans les applications basées sur
# les LLM", as printed there, but for three imports whose libraries have moved since, and MODEL.
# Where its traces go is said outside: LANGSMITH_ENDPOINT=http://127.0.0.1:3266/api/v1
import os

from langchain_classic.chains import LLMChain  # was: langchain.chains
from langchain_classic.prompts import PromptTemplate  # was: langchain.prompts
from langchain_huggingface import HuggingFacePipeline  # was: langchain.llms
from langsmith import traceable
from transformers import pipeline

os.environ["LANGCHAIN_API_KEY"] = "your-api-key"
os.environ["LANGCHAIN_PROJECT"] = "HF_FLAN_T5_Base_Demo"
os.environ["LANGCHAIN_TRACING_V2"] = "true"
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # Optionnel

model_name = os.environ.get("MODEL", "google/flan-t5-base")
pipe = pipeline(
    "text2text-generation",
    model=model_name,
    tokenizer=model_name,
    device=-1,  # Utilisation du CPU
    max_new_tokens=60,
    do_sample=True,
    temperature=0.7,
)
llm = HuggingFacePipeline(pipeline=pipe)

prompt_template = PromptTemplate.from_template(
    "Expliquez la gravité à un enfant de 10 ans en environ 20 mots avec une analogie amusante."
)
chain = LLMChain(llm=llm, prompt=prompt_template)


@traceable(name="HF Explain Gravity")
def explain_gravity():
    return chain.run({})


answer = explain_gravity()
print("\n=== Réponse du modèle Hugging Face ===")
print(answer)
